package modelx

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"
)

var byteOrderMark = []byte("\xef\xbb\xbf")

// member is a key of a JSON object with the bytes of its value.
type member struct {
	key   string
	value []byte
}

// jsonScan reads JSON (RFC 8259) strictly: other decoders take the last of doubled keys, mend broken text, or recurse as
// deep as the input asks for. It keeps nothing but the keys of the objects that it is in.
type jsonScan struct {
	data  []byte
	pos   int
	depth int
	// levels is the highest depth, and items the number of objects, lists and strings that may come.
	levels int
	items  int
	// before and indent are the lines before data, and the characters before it on its line, where it is part of a text.
	before, indent int
}

// scanObject checks a whole document, and gives the members of the object that it is.
func scanObject(data []byte, levels int) ([]member, error) {
	s := &jsonScan{data: data, levels: levels, items: maxItems}
	s.space()
	if s.peek() != '{' {
		return nil, s.broken("an object")
	}
	var members []member
	if err := s.object(&members); err != nil {
		return nil, err
	}
	s.space()
	if s.pos < len(s.data) {
		return nil, s.broken("the end of the file")
	}
	return members, nil
}

func (s *jsonScan) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\r', '\n':
			s.pos++
		default:
			return
		}
	}
}

// peek gives the next byte, or 0 at the end. A 0 in the document is no token either.
func (s *jsonScan) peek() byte {
	if s.pos < len(s.data) {
		return s.data[s.pos]
	}
	return 0
}

func (s *jsonScan) value() error {
	switch c := s.peek(); {
	case c == '{':
		return s.object(nil)
	case c == '[':
		return s.array()
	case c == '"':
		_, err := s.text()
		return err
	case c == '-' || '0' <= c && c <= '9':
		return s.number()
	}
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(s.data[s.pos:], []byte(word)) {
			s.pos += len(word)
			return nil
		}
	}
	return s.broken("a value")
}

func (s *jsonScan) enter() error {
	s.depth++
	if s.depth > s.levels {
		return &Error{
			Kind: ErrTooDeep, Path: s.place(), Found: fmt.Sprintf("JSON nested over %d levels", s.levels),
			Want: fmt.Sprintf("at most %d", s.levels), Hint: "raise the limit with WithMaxJSONDepth if you trust the file",
		}
	}
	s.pos++
	s.space()
	return nil
}

// object reads an object, and appends its members to out unless it is nil.
func (s *jsonScan) object(out *[]member) error {
	if err := s.enter(); err != nil {
		return err
	}
	if err := s.count(); err != nil {
		return err
	}
	var keys map[string]struct{}
	for s.peek() != '}' {
		if len(keys) > 0 {
			if err := s.token(','); err != nil {
				return err
			}
		}
		start := s.pos
		if s.peek() != '"' {
			return s.broken("a key in quotation marks")
		}
		key, err := s.text()
		if err != nil {
			return err
		}
		if _, doubled := keys[key]; doubled {
			s.pos = start
			return &Error{
				Kind: ErrDuplicateKey, Path: s.place(), Found: fmt.Sprintf("the key %q twice in one object", key),
				Want: "each key once", Hint: "readers differ in which of the two they take: remove one",
			}
		}
		if keys == nil {
			keys = make(map[string]struct{})
		}
		keys[key] = struct{}{}
		s.space()
		if err := s.token(':'); err != nil {
			return err
		}
		start = s.pos
		if err := s.value(); err != nil {
			return err
		}
		if out != nil {
			*out = append(*out, member{key: key, value: s.data[start:s.pos:s.pos]})
		}
		s.space()
	}
	s.pos++
	s.depth--
	return nil
}

func (s *jsonScan) array() error {
	if err := s.enter(); err != nil {
		return err
	}
	if err := s.count(); err != nil {
		return err
	}
	for first := true; s.peek() != ']'; first = false {
		if !first {
			if err := s.token(','); err != nil {
				return err
			}
		}
		if err := s.value(); err != nil {
			return err
		}
		s.space()
	}
	s.pos++
	s.depth--
	return nil
}

// token reads one byte, and the white space after it.
func (s *jsonScan) token(c byte) error {
	if s.peek() != c {
		return s.broken(strconv.QuoteRune(rune(c)))
	}
	s.pos++
	s.space()
	return nil
}

// text reads a string, and gives what it stands for.
func (s *jsonScan) text() (string, error) {
	if err := s.count(); err != nil {
		return "", err
	}
	start := s.pos
	escaped := false
	for s.pos++; ; s.pos++ {
		switch c := s.peek(); {
		case c == '"':
			s.pos++
			return s.unquote(s.data[start:s.pos], escaped)
		case c < ' ':
			return "", s.broken("a string without control characters, and its end")
		case c == '\\':
			escaped = true
			if err := s.escape(); err != nil {
				return "", err
			}
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRune(s.data[s.pos:])
			if r == utf8.RuneError && n == 1 {
				return "", s.broken("text in UTF-8")
			}
			s.pos += n - 1
		}
	}
}

// escape reads from a backslash to the last byte of what it stands for. Halves of surrogate pairs stand for nothing.
func (s *jsonScan) escape() error {
	s.pos++
	switch s.peek() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return nil
	case 'u':
		high, ok := s.hex4()
		if ok && (high < 0xd800 || 0xe000 <= high) {
			return nil
		}
		if ok && high < 0xdc00 && bytes.HasPrefix(s.data[s.pos+1:], []byte(`\u`)) {
			s.pos += 2
			if low, ok := s.hex4(); ok && 0xdc00 <= low && low < 0xe000 {
				return nil
			}
		}
	}
	return s.broken("a valid escape")
}

// hex4 reads the four digits after the u at pos, and stays on the last.
func (s *jsonScan) hex4() (uint64, bool) {
	if s.pos+4 >= len(s.data) {
		return 0, false
	}
	v, err := strconv.ParseUint(string(s.data[s.pos+1:s.pos+5]), 16, 16)
	s.pos += 4
	return v, err == nil
}

func (s *jsonScan) unquote(quoted []byte, escaped bool) (string, error) {
	if !escaped {
		return string(quoted[1 : len(quoted)-1]), nil
	}
	var out string
	if err := json.Unmarshal(quoted, &out); err != nil {
		return "", s.broken("a valid string")
	}
	return out, nil
}

func (s *jsonScan) count() error {
	if s.items--; s.items < 0 {
		return &Error{
			Kind: ErrTooLarge, Path: s.place(), Found: fmt.Sprintf("more than %d objects, lists and strings", maxItems),
			Want: fmt.Sprintf("at most %d", maxItems), Hint: "the file was not written by modelx",
		}
	}
	return nil
}

func (s *jsonScan) number() error {
	start := s.pos
	if s.peek() == '-' {
		s.pos++
	}
	if s.peek() == '0' {
		s.pos++
	} else if s.digits() == 0 {
		return s.broken("a digit")
	}
	whole := s.pos - start
	if s.peek() == '.' {
		s.pos++
		if s.digits() == 0 {
			return s.broken("a digit after the point")
		}
	}
	exponent := s.peek() == 'e' || s.peek() == 'E'
	if exponent {
		s.pos++
		if c := s.peek(); c == '+' || c == '-' {
			s.pos++
		}
		if s.digits() == 0 {
			return s.broken("a digit in the exponent")
		}
	}
	// Only an exponent, or some three hundred digits, can take a number out of float64's range.
	if exponent || whole > 300 {
		if _, err := strconv.ParseFloat(string(s.data[start:s.pos]), 64); err != nil {
			s.pos = start
			return s.broken("a number in the range of float64")
		}
	}
	return nil
}

func (s *jsonScan) digits() int {
	start := s.pos
	for '0' <= s.peek() && s.peek() <= '9' {
		s.pos++
	}
	return s.pos - start
}

func (s *jsonScan) broken(want string) *Error {
	found := "the end of the file"
	if s.pos < len(s.data) {
		found = strconv.Quote(string(s.data[s.pos:min(s.pos+16, len(s.data))]))
	}
	return &Error{
		Kind: ErrMalformed, Path: s.place(), Found: found, Want: want,
		Hint: "the file is no valid JSON: write or copy it again",
	}
}

// place tells where the scan stands.
func (s *jsonScan) place() string {
	before := s.data[:min(s.pos, len(s.data))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	if line == 1 {
		column += s.indent
	}
	line += s.before
	return fmt.Sprintf("line %d, column %d", line, column)
}
