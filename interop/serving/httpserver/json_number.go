package httpserver

import (
	"strconv"
)

// powers are those of ten that float64 holds exactly.
var powers = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

const (
	// exactWhole is the integer up to which every one is a float64.
	exactWhole = 1 << 53
	// mostDigits is how many decimal digits a uint64 always holds.
	mostDigits = 19
)

// number reads a number as the nearest float64. inRange is false when it lies beyond all of them; ok, when it is no JSON.
func (r *jsonReader) number() (value float64, inRange, ok bool) {
	data := r.data
	start, pos := r.pos, r.pos
	negative := data[pos] == '-'
	if negative {
		pos++
	}
	first := pos
	var mantissa uint64
	for pos < len(data) && data[pos]-'0' <= 9 {
		mantissa = mantissa*10 + uint64(data[pos]-'0')
		pos++
	}
	digits := pos - first
	if digits == 0 || digits > 1 && data[first] == '0' {
		return 0, false, false
	}
	exponent := 0
	if pos < len(data) && data[pos] == '.' {
		pos++
		point := pos
		for pos < len(data) && data[pos]-'0' <= 9 {
			mantissa = mantissa*10 + uint64(data[pos]-'0')
			pos++
		}
		if pos == point {
			return 0, false, false
		}
		exponent = point - pos
		digits += pos - point
	}
	if pos < len(data) && data[pos]|0x20 == 'e' {
		if r.pos = pos; !r.skipExponent() {
			return 0, false, false
		}
		pos = r.pos
		// Numbers with an exponent are rare, and strconv reads them.
		digits = mostDigits + 1
	}
	r.pos = pos
	// Both parts are float64s, so that one division, rounded once, is the nearest one.
	if digits <= mostDigits && mantissa <= exactWhole && -exponent < len(powers) {
		value = float64(mantissa) / powers[-exponent]
		if negative {
			value = -value
		}
		return value, true, true
	}
	// The text is valid here: what is left to go wrong is the range.
	value, err := strconv.ParseFloat(r.text(start, pos), 64)
	return value, err == nil, true
}

// skipNumber reads a number, and looks at its form only.
func (r *jsonReader) skipNumber() bool {
	if r.peek() == '-' {
		r.pos++
	}
	first := r.pos
	if digits := r.skipDigits(); digits == 0 || digits > 1 && r.data[first] == '0' {
		return false
	}
	if r.peek() == '.' {
		r.pos++
		if r.skipDigits() == 0 {
			return false
		}
	}
	return r.peek()|0x20 != 'e' || r.skipExponent()
}

// skipExponent reads from the letter on.
func (r *jsonReader) skipExponent() bool {
	r.pos++
	if c := r.peek(); c == '+' || c == '-' {
		r.pos++
	}
	return r.skipDigits() > 0
}

func (r *jsonReader) skipDigits() int {
	start := r.pos
	for r.pos < len(r.data) && r.data[r.pos]-'0' <= 9 {
		r.pos++
	}
	return r.pos - start
}

// integer returns a number that skipNumber has read, where it has neither fraction nor exponent and fits.
func (r *jsonReader) integer(start, end int) (int64, bool) {
	value, err := strconv.ParseInt(r.text(start, end), 10, 64)
	return value, err == nil
}
