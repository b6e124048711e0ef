package httpserver

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// jsonWriter appends JSON to a buffer. Commas are its own affair: each value that is no key's and not the first gets one.
type jsonWriter struct {
	buf []byte
}

// next writes the comma before a value or a key where one is due.
func (w *jsonWriter) next() {
	if n := len(w.buf); n > 0 {
		switch w.buf[n-1] {
		case '{', '[', ':', ',':
		default:
			w.buf = append(w.buf, ',')
		}
	}
}

func (w *jsonWriter) open(bracket byte) {
	w.next()
	w.buf = append(w.buf, bracket)
}

func (w *jsonWriter) close(bracket byte) { w.buf = append(w.buf, bracket) }

func (w *jsonWriter) key(name string) {
	w.str(name)
	w.buf = append(w.buf, ':')
}

func (w *jsonWriter) integer(v int64) {
	w.next()
	w.buf = strconv.AppendInt(w.buf, v, 10)
}

func (w *jsonWriter) boolean(v bool) {
	w.next()
	w.buf = strconv.AppendBool(w.buf, v)
}

// wholes is up to where doubles are written as the integers that they are.
const wholes = 1e15

// double writes the shortest number that reads back exactly. It never looks like an integer.
func (w *jsonWriter) double(v float64) {
	switch size := math.Abs(v); {
	case size < wholes && v == math.Trunc(v) && (v != 0 || !math.Signbit(v)):
		w.next()
		w.buf = strconv.AppendInt(w.buf, int64(v), 10)
		w.buf = append(w.buf, ".0"...)
	case size >= 1e-5 && size < wholes:
		w.next()
		w.buf = strconv.AppendFloat(w.buf, v, 'f', -1, 64)
	case v == 0:
		w.next()
		w.buf = append(w.buf, "-0.0"...)
	case math.IsNaN(v):
		w.str("NaN")
	case math.IsInf(v, 1):
		w.str("Infinity")
	case math.IsInf(v, -1):
		w.str("-Infinity")
	default:
		w.next()
		w.buf = strconv.AppendFloat(w.buf, v, 'e', -1, 64)
	}
}

const hexDigits = "0123456789abcdef"

// str writes text. Bytes that are no UTF-8 become U+FFFD.
func (w *jsonWriter) str(s string) {
	w.next()
	buf := append(w.buf, '"')
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
	w.buf = append(append(buf, s[start:]...), '"')
}

// strs writes an array of texts.
func (w *jsonWriter) strs(values []string) {
	w.open('[')
	for _, v := range values {
		w.str(v)
	}
	w.close(']')
}
