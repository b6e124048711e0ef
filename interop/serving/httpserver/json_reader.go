package httpserver

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"
)

// deepest is how far objects and arrays may nest; a document's own level is the first.
const deepest = 100

// valueKind is what a JSON value is, by its first byte.
type valueKind uint8

const (
	invalidValue valueKind = iota
	stringValue
	numberValue
	booleanValue
	nullValue
	arrayValue
	objectValue
)

// String says it as the contract's texts do.
func (k valueKind) String() string {
	return [...]string{"invalid", "a string", "a number", "a boolean", "null", "an array", "an object"}[k]
}

// kindOf tells what begins with a byte.
func kindOf(c byte) valueKind {
	switch {
	case c == '"':
		return stringValue
	case c == '-' || '0' <= c && c <= '9':
		return numberValue
	case c == '[':
		return arrayValue
	case c == '{':
		return objectValue
	case c == 't' || c == 'f':
		return booleanValue
	case c == 'n':
		return nullValue
	default:
		return invalidValue
	}
}

// jsonReader walks through JSON (RFC 8259) strictly, once, and keeps nothing. Its methods return false where the text is
// no valid JSON; the reader is of no use then. Those that read a value begin on its first byte and end behind its last.
//
// encoding/json folds the case of keys, mends broken text and takes several times as long for arrays of numbers.
type jsonReader struct {
	data  []byte
	pos   int
	depth int
	// unescaped has the texts of strings with escapes, one after the other.
	unescaped []byte
}

// text is a part of the document without a copy. It must not outlive the document's buffer.
func (r *jsonReader) text(start, end int) string {
	if start == end {
		return ""
	}
	return unsafe.String(&r.data[start], end-start)
}

// space skips white space.
func (r *jsonReader) space() {
	for r.pos < len(r.data) {
		switch r.data[r.pos] {
		case ' ', '\t', '\r', '\n':
			r.pos++
		default:
			return
		}
	}
}

// peek returns the next byte, or 0, which begins no token, at the end.
func (r *jsonReader) peek() byte {
	if r.pos < len(r.data) {
		return r.data[r.pos]
	}
	return 0
}

// kind is what the next value is.
func (r *jsonReader) kind() valueKind { return kindOf(r.peek()) }

// end tells whether nothing but white space is left.
func (r *jsonReader) end() bool {
	r.space()
	return r.pos == len(r.data)
}

// skip reads a value of any kind.
func (r *jsonReader) skip() bool {
	switch r.kind() {
	case stringValue:
		return r.skipString()
	case numberValue:
		return r.skipNumber()
	case arrayValue:
		return r.array(r.skip)
	case objectValue:
		return r.object(func(string) bool { return r.skip() })
	default:
		return r.word()
	}
}

// word reads true, false or null.
func (r *jsonReader) word() bool {
	rest := r.text(r.pos, len(r.data))
	for _, word := range [...]string{"true", "false", "null"} {
		if strings.HasPrefix(rest, word) {
			r.pos += len(word)
			return true
		}
	}
	return false
}

// array reads an array; item reads each of its values.
func (r *jsonReader) array(item func() bool) bool {
	if !r.enter() {
		return false
	}
	if r.peek() == ']' {
		return r.leave()
	}
	for {
		if !item() {
			return false
		}
		if more, ok := r.next(']'); !more {
			return ok
		}
	}
}

// object reads an object; member reads the value of each key.
func (r *jsonReader) object(member func(key string) bool) bool {
	if !r.enter() {
		return false
	}
	if r.peek() == '}' {
		return r.leave()
	}
	for {
		if r.peek() != '"' {
			return false
		}
		key, ok := r.str()
		if !ok {
			return false
		}
		r.space()
		if r.peek() != ':' {
			return false
		}
		r.pos++
		r.space()
		if !member(key) {
			return false
		}
		if more, ok := r.next('}'); !more {
			return ok
		}
	}
}

// next goes on to what stands behind a comma, or leaves at the closing bracket. Without more, ok tells whether it left.
func (r *jsonReader) next(bracket byte) (more, ok bool) {
	r.space()
	switch r.peek() {
	case ',':
		r.pos++
		r.space()
		return true, true
	case bracket:
		return false, r.leave()
	default:
		return false, false
	}
}

func (r *jsonReader) enter() bool {
	r.depth++
	r.pos++
	r.space()
	return r.depth <= deepest
}

func (r *jsonReader) leave() bool {
	r.depth--
	r.pos++
	return true
}

// str reads a string. What it returns must not outlive the document's buffer.
func (r *jsonReader) str() (string, bool) {
	start := r.pos
	if !r.skipString() {
		return "", false
	}
	return r.unquote(start, r.pos)
}

// unquote returns what a string that skipString has read stands for.
func (r *jsonReader) unquote(start, end int) (string, bool) {
	inside := r.text(start+1, end-1)
	at := strings.IndexByte(inside, '\\')
	if at < 0 {
		return inside, true
	}
	first := len(r.unescaped)
	for ; at >= 0; at = strings.IndexByte(inside, '\\') {
		r.unescaped = append(r.unescaped, inside[:at]...)
		inside = r.unescape(inside[at+1:])
	}
	r.unescaped = append(r.unescaped, inside...)
	out := r.unescaped[first:]
	return unsafe.String(unsafe.SliceData(out), len(out)), true
}

// unescape adds what an escape that was checked stands for, from behind its backslash on, and returns the rest.
func (r *jsonReader) unescape(text string) string {
	if text[0] != 'u' {
		c := text[0]
		if at := strings.IndexByte("bfnrt", c); at >= 0 {
			c = "\b\f\n\r\t"[at]
		}
		r.unescaped = append(r.unescaped, c)
		return text[1:]
	}
	code := func(digits string) rune {
		v, _ := strconv.ParseUint(digits, 16, 16) // They are four digits.
		return rune(v)
	}
	high := code(text[1:5])
	text = text[5:]
	if utf16.IsSurrogate(high) {
		high = utf16.DecodeRune(high, code(text[2:6]))
		text = text[6:]
	}
	r.unescaped = utf8.AppendRune(r.unescaped, high)
	return text
}

// skipString reads a string and checks its escapes and its UTF-8.
func (r *jsonReader) skipString() bool {
	ascii := true
	start := r.pos
	for r.pos++; r.pos < len(r.data); r.pos++ {
		switch c := r.data[r.pos]; {
		case c == '"':
			r.pos++
			return ascii || utf8.Valid(r.data[start:r.pos])
		case c < ' ':
			return false
		case c == '\\':
			if !r.escape() {
				return false
			}
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return false
}

// escape reads from a backslash to the last byte of what it begins. Halves of surrogate pairs stand for nothing.
func (r *jsonReader) escape() bool {
	r.pos++
	switch r.peek() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
		high, ok := r.hex()
		if !ok || high < 0xd800 || high >= 0xe000 {
			return ok
		}
		if high >= 0xdc00 || r.pos+2 >= len(r.data) || r.data[r.pos+1] != '\\' || r.data[r.pos+2] != 'u' {
			return false
		}
		r.pos += 2
		low, ok := r.hex()
		return ok && 0xdc00 <= low && low < 0xe000
	default:
		return false
	}
}

// hex reads the four digits behind the u at pos, and stays on the last.
func (r *jsonReader) hex() (value int, ok bool) {
	if r.pos+4 >= len(r.data) {
		return 0, false
	}
	for range 4 {
		r.pos++
		switch c := r.data[r.pos]; {
		case '0' <= c && c <= '9':
			value = value<<4 | int(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			value = value<<4 | int(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return value, true
}
