package modelx

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// missingStrings tells what counts as missing in features of strings.
type missingStrings struct {
	none, nan, hasText bool
	// text is a number of the model's symbols.
	text float64
}

func newMissingStrings(c *compiler, p *modelxpb.MissingStrings) missingStrings {
	m := missingStrings{none: p.GetNone(), nan: p.GetNan(), hasText: p != nil && p.Text != nil}
	if m.hasText {
		m.text = c.symbols.intern(p.GetText())
	}
	return m
}

// has reports whether a value of a feature of strings is missing.
func (m *missingStrings) has(v float64) bool {
	switch {
	case v != v:
		return m.nan
	case v == codeNone:
		return m.none
	default:
		return m.hasText && v == m.text
	}
}

// withStrings is what the messages of imputers and of indicators have in common.
type withStrings interface {
	GetNFeatures() int32
	GetMissing() float64
	GetStrings() []bool
	GetMissingStrings() *modelxpb.MissingStrings
}

// newTypedRule checks what counts as missing where features may be strings.
func newTypedRule(c *compiler, p withStrings, path string) (missingRule, error) {
	rule, err := newMissingRule(p.GetMissing(), path)
	if err != nil {
		return rule, err
	}
	if rule.types, err = typesOf(p.GetStrings(), p.GetNFeatures(), path+".strings"); rule.types != nil {
		rule.strings = newMissingStrings(c, p.GetMissingStrings())
	}
	return rule, err
}

// hasAt reports whether the value of feature j is missing.
func (m *missingRule) hasAt(j int, v float64) bool {
	if m.types != nil && m.types[j] == TypeString {
		return m.strings.has(v)
	}
	return m.has(v)
}

// refuseTyped is refuse for a model of which some features are strings: infinities pass, and NaN does where it is missing.
func (m *missingRule) refuseTyped(path string, row int, x []float64) error {
	for j, v := range x {
		if v == v || m.types[j] == TypeNone || m.hasAt(j, v) {
			continue
		}
		return nonFiniteInput(path, row, j, v, "no NaN, which is not what counts as missing here")
	}
	return nil
}

// checkSameStrings checks that the indicator inside of an imputer takes the same strings for missing.
func checkSameStrings(inner, outer withStrings, path string) error {
	if !slices.Equal(stringFeatures(inner), stringFeatures(outer)) {
		return &Error{
			Kind: ErrShape, Path: path + ".strings", Found: fmt.Sprint(stringFeatures(inner)),
			Want: fmt.Sprintf("%v, as in the imputer", stringFeatures(outer)), Hint: exportAgain,
		}
	}
	a, b := inner.GetMissingStrings(), outer.GetMissingStrings()
	if a == nil {
		a = new(modelxpb.MissingStrings)
	}
	if b == nil {
		b = new(modelxpb.MissingStrings)
	}
	if !proto.Equal(a, b) {
		return &Error{
			Kind: ErrShape, Path: path + ".missing_strings", Found: "other strings that count as missing",
			Want: "those of the imputer", Hint: exportAgain,
		}
	}
	return nil
}

func stringFeatures(p withStrings) []int {
	var out []int
	for j, is := range p.GetStrings() {
		if is {
			out = append(out, j)
		}
	}
	return out
}
