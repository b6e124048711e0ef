package modelx

import (
	"math"
	"strconv"
)

// Strings pass through a model as float64, so that rows of all models are alike: each string that the model knows has a
// number from 0 on, in the order in which the model names them.
const (
	// codeUnknown is the number of every string that the model does not name.
	codeUnknown = -1.0
	// codeNone is the number of None. NaN stands for itself.
	codeNone = -2.0
)

// symbols numbers the strings that a model names. It grows while the model is compiled, and never after.
type symbols struct {
	numbers map[string]int32
	texts   []string
}

// intern returns the number of a string, which is a new one for a new string.
func (s *symbols) intern(text string) float64 {
	if number, ok := s.numbers[text]; ok {
		return float64(number)
	}
	if s.numbers == nil {
		s.numbers = make(map[string]int32)
	}
	number := int32(len(s.texts))
	s.numbers[text] = number
	s.texts = append(s.texts, text)
	return float64(number)
}

// find returns the number of a string, or codeUnknown.
func (s *symbols) find(text string) float64 {
	if number, ok := s.numbers[text]; ok {
		return float64(number)
	}
	return codeUnknown
}

// localSymbols numbers the strings of one call that the model does not name, from 0 on.
type localSymbols struct {
	numbers map[string]int
	texts   []string
}

func (l *localSymbols) number(text string) int {
	if number, ok := l.numbers[text]; ok {
		return number
	}
	if l.numbers == nil {
		l.numbers = make(map[string]int)
	}
	l.numbers[text] = len(l.texts)
	l.texts = append(l.texts, text)
	return len(l.texts) - 1
}

// text returns the string of a number, where there is one. local are those that only one call knows: they have the
// numbers after the model's.
func (s *symbols) text(code float64, local []string) (string, Missing) {
	if math.IsNaN(code) {
		return "", MissingNaN
	}
	if code == codeNone {
		return "", MissingNone
	}
	i := int(code)
	switch {
	case float64(i) != code || i < 0:
		return "", Present
	case i < len(s.texts):
		return s.texts[i], Present
	case i-len(s.texts) < len(local):
		return local[i-len(s.texts)], Present
	default:
		return "", Present
	}
}

// describe names the value of a string column for a message. local is as in text.
func (s *symbols) describe(code float64, local []string) string {
	switch text, missing := s.text(code, local); {
	case missing == MissingNone:
		return "None"
	case missing == MissingNaN:
		return "NaN"
	case code < 0 || code >= float64(len(s.texts)+len(local)):
		return "a string that the model does not know"
	default:
		return strconv.Quote(text)
	}
}
