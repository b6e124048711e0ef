package modelx

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// originer is a transformer of which some columns of the output are columns of its input, or mostly are.
type originer interface {
	predictor
	// origin returns the column of the input that a column of the output is, or -1.
	origin(column int) int
}

// traced completes an error about a value with the place where the caller finds it: the feature of the whole model that it
// stands in, or else the step that gave it. x are the rows that a method was given. Nothing of this costs before there is
// an error.
func (c *compiled) traced(err error, o op, x []float64) error {
	var e *Error
	if !errors.As(err, &e) || e.value == nil || e.value.place != "" || o == opInverseTransform {
		return err
	}
	chain := c.root.chainTo(e.Path, nil)
	if len(chain) == 0 {
		return err
	}
	row, column := e.value.row, e.value.column
	label := columnLabel(column, chain[len(chain)-1].names())
	var from *node
	for i := len(chain) - 1; i > 0 && from == nil; i-- {
		inner := column
		column, from = chain[i-1].columnOf(chain[i], column)
		// The outermost names are the caller's; where the whole has none, those inside are.
		if names := chain[i-1].names(); names != nil || inner != column {
			label = columnLabel(column, names)
		}
	}
	switch {
	case from != nil:
		e.value.place = fmt.Sprintf("in row %d, column %d of what %q gives", row, column, from.label())
	case !same(at(x, row*c.root.width()+column), e.value.code):
		// It was filled in on the way.
		e.value.place = fmt.Sprintf("in row %d, in the place of %s", row, label)
	default:
		e.value.place = fmt.Sprintf("in row %d, %s", row, label)
	}
	return c.named(err, nil)
}

func at(x []float64, i int) float64 {
	if i >= 0 && i < len(x) {
		return x[i]
	}
	return math.NaN()
}

func same(a, b float64) bool { return a == b || (a != a && b != b) }

// label names a model inside of another.
func (n *node) label() string {
	if name := n.proto.GetName(); name != "" {
		return name
	}
	return n.arm
}

// names are those of the features, or nil.
func (n *node) names() []string { return n.proto.GetSignature().GetFeatureNames() }

// inside are all models inside of a model: steps, or members.
func (n *node) inside() []*node {
	if n.steps != nil {
		return n.steps
	}
	return n.members
}

// chainTo returns the models from this one on to the innermost whose family's message a path leads into.
func (n *node) chainTo(path string, before []*node) []*node {
	if !leadsInto(path, n.path) {
		return nil
	}
	chain := append(before, n)
	for _, inner := range n.inside() {
		if found := inner.chainTo(path, chain); found != nil {
			return found
		}
	}
	return chain
}

func leadsInto(path, place string) bool {
	rest, ok := strings.CutPrefix(path, place)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// columnOf returns the column of a model's rows that a column of the rows of a model directly inside is; where there is
// none, the column of what another model inside gives, and that model.
func (n *node) columnOf(inner *node, column int) (int, *node) {
	switch p := n.predictor.(type) {
	case *pipeline:
		return p.columnOf(inner, column)
	case *columnTransformer:
		for i := range p.branches {
			if b := &p.branches[i]; b.node == inner && b.columns != nil {
				return b.columns[column], nil
			}
		}
	case *bagging:
		for m, member := range p.members {
			if member == inner && p.features != nil {
				return int(p.features[m][column]), nil
			}
		}
	case *featureSelector:
		if p.inner == inner {
			return int(p.selected[column]), nil
		}
	case *stacking:
		if given := p.columns - p.width(); p.final == inner && p.passthrough && column >= given {
			return column - given, nil
		}
		if p.final == inner {
			return column, n
		}
	case *transformedTarget:
		if p.transformer == inner {
			return column, p.regressor
		}
	case *iterativeImputer:
		return column, n
	}
	return column, nil
}

// columnOf traces a column of the rows of a step back through the steps before it.
func (p *pipeline) columnOf(inner *node, column int) (int, *node) {
	i := len(p.steps) - 1
	for i > 0 && p.steps[i] != inner {
		i--
	}
	for i--; i >= 0; i-- {
		from := -1
		if o, ok := p.steps[i].predictor.(originer); ok {
			from = o.origin(column)
		}
		if from < 0 {
			return column, p.steps[i]
		}
		column = from
	}
	return column, nil
}

func (p *passthrough) origin(column int) int { return column }

func (p *featureSelector) origin(column int) int { return int(p.selected[column]) }

func (p *simpleImputer) origin(column int) int {
	if column < len(p.columns) {
		return int(p.columns[column])
	}
	return -1
}

func (p *pipeline) origin(column int) int {
	for i := len(p.steps) - 1; i >= 0 && column >= 0; i-- {
		o, ok := p.steps[i].predictor.(originer)
		if !ok {
			return -1
		}
		column = o.origin(column)
	}
	return column
}

func (t *columnTransformer) origin(column int) int {
	for i := range t.branches {
		b := &t.branches[i]
		if column < b.at || column >= b.at+b.n || b.weighted {
			continue
		}
		o, ok := b.predictor.(originer)
		if !ok {
			return -1
		}
		from := o.origin(column - b.at)
		if from >= 0 && b.columns != nil {
			from = b.columns[from]
		}
		return from
	}
	return -1
}
