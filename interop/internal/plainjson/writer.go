// Package plainjson writes JSON as docs/serving.md has it: integers of all sizes are numbers, and floats the shortest ones
// that read back exactly; NaN and infinities stand as text.
package plainjson

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// Writer appends JSON to Buf. Commas are its own affair: each value and key that is not the first gets one.
type Writer struct {
	Buf []byte
}

// Next writes the comma before a value or a key where one is due.
func (w *Writer) Next() {
	if n := len(w.Buf); n > 0 {
		switch w.Buf[n-1] {
		case '{', '[', ':', ',':
		default:
			w.Buf = append(w.Buf, ',')
		}
	}
}

// Open begins an object or an array, with its bracket.
func (w *Writer) Open(bracket byte) {
	w.Next()
	w.Buf = append(w.Buf, bracket)
}

// Close ends one.
func (w *Writer) Close(bracket byte) { w.Buf = append(w.Buf, bracket) }

// Key writes a key; its value comes next.
func (w *Writer) Key(name string) {
	w.Text(name)
	w.Buf = append(w.Buf, ':')
}

// Integer writes one.
func (w *Writer) Integer(v int64) {
	w.Next()
	w.Buf = strconv.AppendInt(w.Buf, v, 10)
}

// Boolean writes one.
func (w *Writer) Boolean(v bool) {
	w.Next()
	w.Buf = strconv.AppendBool(w.Buf, v)
}

// wholes is up to where doubles are written as the integers that they are.
const wholes = 1e15

// Double writes the shortest number that reads back exactly. It never looks like an integer.
func (w *Writer) Double(v float64) {
	switch size := math.Abs(v); {
	case size < wholes && v == math.Trunc(v) && (v != 0 || !math.Signbit(v)):
		w.Next()
		w.Buf = strconv.AppendInt(w.Buf, int64(v), 10)
		w.Buf = append(w.Buf, ".0"...)
	case size >= 1e-5 && size < wholes:
		w.Next()
		w.Buf = strconv.AppendFloat(w.Buf, v, 'f', -1, 64)
	case v == 0:
		w.Next()
		w.Buf = append(w.Buf, "-0.0"...)
	case math.IsNaN(v) || math.IsInf(v, 0):
		w.Text(NonFinite(v))
	default:
		w.Next()
		w.Buf = strconv.AppendFloat(w.Buf, v, 'e', -1, 64)
	}
}

const hexDigits = "0123456789abcdef"

// Text writes text. Bytes that are no UTF-8 become U+FFFD.
func (w *Writer) Text(s string) {
	w.Next()
	buf := append(w.Buf, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		size := 1
		if c >= utf8.RuneSelf {
			var r rune
			if r, size = utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		}
		buf = append(buf, s[start:i]...)
		switch {
		case c == '"' || c == '\\':
			buf = append(buf, '\\', c)
		case c < ' ':
			buf = append(buf, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
		default:
			buf = append(buf, "\ufffd"...)
		}
		i += size
		start = i
	}
	w.Buf = append(append(buf, s[start:]...), '"')
}

// Texts writes an array of texts.
func (w *Writer) Texts(values []string) {
	w.Open('[')
	for _, v := range values {
		w.Text(v)
	}
	w.Close(']')
}
