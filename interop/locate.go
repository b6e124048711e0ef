package modelx

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// A file holds what the whole model answered, and what each step of a pipeline made of the rows. Beyond that, the column
// that differs may tell which of the models inside is off: a column transformer puts what its members give side by side,
// and a search answers with one model. Where several models share in a value, nothing tells them apart.

// giver is a predictor with models inside, of which one alone gives a column of an output, or is off wherever it is.
type giver interface {
	// giverOf returns that model with its method and column, or nil. column is 0 for one value for each row; transformed
	// says that the predictor's own transform is known to be right.
	giverOf(o op, column int, transformed bool) (n *node, of op, at int)
}

// trail are the models from the outermost to the innermost that is known to differ.
type trail []*node

func (t trail) last() *node { return t[len(t)-1] }

// mostNamed is how many models inside of another a message names, longestName how many runes of a name.
const mostNamed, longestName = 5, 40

// describe names all models on the way, and those inside of the last, of which any may be off; the text is Python's as
// well. It is empty where a path says as much.
func (t trail) describe() string {
	inside := slices.Concat(t.last().steps, t.last().members)
	if len(t) == 1 && len(inside) == 0 {
		return ""
	}
	way := t[0].arm
	for _, n := range t[1:] {
		way += " > " + n.called()
	}
	text := "is in what " + way + " gives"
	if len(inside) == 0 {
		return text
	}
	named := make([]string, min(len(inside), mostNamed))
	for i := range named {
		named[i] = inside[i].called()
	}
	more := ""
	if len(inside) > mostNamed {
		more = fmt.Sprintf(" and %d more", len(inside)-mostNamed)
	}
	return text + ", which is made of " + strings.Join(named, ", ") + more + "; the file does not tell where in it"
}

// called returns a model's name and family. A file may be hostile: names are cut, and nothing of them moves a cursor.
func (n *node) called() string {
	name := []rune(n.proto.GetName())
	if len(name) == 0 {
		return n.arm
	}
	dots := ""
	if len(name) > longestName {
		name, dots = name[:longestName], "..."
	}
	for i, c := range name {
		if !unicode.IsPrint(c) {
			name[i] = '?'
		}
	}
	return string(name) + dots + " (" + n.arm + ")"
}

// differing is a model with what was recorded of it, the rows that it was given, and how it differs.
type differing struct {
	*node
	recorded []*modelxpb.Output
	x        []float64
	mismatch *mismatch
}

// locate returns the way to the innermost model that is known to differ, in a model that does.
func (r replayer) locate(n *node, recorded []*modelxpb.Output, x []float64, m *mismatch) trail {
	here, ok := differing{n, recorded, x, m}, true
	var way trail
	for ok {
		way = append(way, here.node)
		here, ok = r.step(here)
	}
	return r.byColumn(way, here)
}

// step returns the first step of a pipeline that does not make of its recorded input what was recorded.
//
// Without one, of another model, and where steps cannot be told apart, it returns whole: on the way back, and where
// another writer's file does not say what a step gave.
func (r replayer) step(whole differing) (first differing, ok bool) {
	x := whole.x
	for i, step := range whole.steps {
		if i == len(whole.steps)-1 {
			if whole.mismatch.op == opInverseTransform && i > 0 {
				break
			}
			return differing{step, whole.recorded, x, whole.mismatch}, true
		}
		recorded := step.proto.GetEvidence().GetOutputs()
		if len(recorded) == 0 {
			if step.arm == passthroughArm {
				continue
			}
			break
		}
		if m := r.replay(step, *step.find(opTransform), recorded[0], x); m != nil {
			return differing{step, recorded, x, m}, true
		}
		x = r.recordedTransform(step, recorded, x)
	}
	return whole, false
}

// byColumn goes on into the model that alone gives the column that differs, as long as there is one.
func (r replayer) byColumn(way trail, here differing) trail {
	m, transformed := here.mismatch, false
	if m.op != opTransform && m.op != opInverseTransform {
		// What is predicted from transformed rows differs wherever these do.
		for _, recorded := range here.recorded {
			if out := here.find(opTransform); out != nil && Method(recorded.GetMethod()) == Transform {
				before := r.replay(here.node, *out, recorded, here.x)
				if transformed = before == nil; !transformed {
					m = before
				}
			}
		}
	}
	o, column := m.op, m.column
	for column != noColumn {
		n := way.last()
		inner, of, at := n.giverOf(o, column, transformed)
		if inner == nil {
			break
		}
		// Of what a member gives for it, only a delegate's transform is its model's.
		transformed = transformed && n.arm == delegateArm
		way, o, column = append(way, inner), of, at
	}
	return way
}

// giverOf is the predictor's; a delegate's, whose predictor is its model's, is that model.
func (n *node) giverOf(o op, column int, transformed bool) (inner *node, of op, at int) {
	if n.arm == delegateArm {
		return n.members[0], o, column
	}
	if g, ok := n.predictor.(giver); ok {
		return g.giverOf(o, column, transformed)
	}
	return nil, o, column
}

func (t *columnTransformer) giverOf(_ op, column int, _ bool) (n *node, of op, at int) {
	for i := range t.branches {
		if b := &t.branches[i]; column < b.at+b.n {
			return b.node, opTransform, column - b.at
		}
	}
	return nil, opTransform, column
}

func (v *voting) giverOf(o op, column int, _ bool) (n *node, of op, at int) {
	if o != opTransform {
		return nil, o, column
	}
	each := 1
	if v.vote == modelxpb.VotingProto_VOTE_SOFT {
		each = v.each()
	}
	return v.members[column/each], v.asked(), column % each
}

func (s *stacking) giverOf(o op, column int, transformed bool) (n *node, of op, at int) {
	if o != opTransform {
		if o == opPredictProba && len(s.places) > 0 {
			column = s.places[column]
		}
		if transformed {
			return s.final, o, column
		}
		return nil, o, column
	}
	for i := range s.asked {
		one := &s.asked[i]
		if taken := one.width(); column >= taken {
			column -= taken
			continue
		}
		if one.kept != nil {
			column = one.kept[column]
		}
		return s.members[i], one.op, column
	}
	return nil, o, column
}

func (t *thresholdClassifier) giverOf(o op, column int, _ bool) (n *node, of op, at int) {
	if o == opPredict {
		// The threshold has a part in it.
		return nil, o, column
	}
	return t.inner[0], o, column
}

func (p *featureSelector) giverOf(o op, column int, transformed bool) (n *node, of op, at int) {
	if !transformed || o > opDecisionFunction {
		return nil, o, column
	}
	return p.inner, o, column
}
