package tensor

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"
	"unsafe"

	"github.com/modelx-dev/modelx/interop/serving"
)

// MostTexts bounds what raw tensors, and those of JSON, make of memory and time: a text takes a few bytes there.
const MostTexts = 1_000_000

// TooManyTexts is the error for more of them.
func TooManyTexts() *serving.Error {
	return serving.NewError(serving.TooLarge, "the tensors have more than %d texts", MostTexts)
}

// checkTexts compares the number of texts with the shape. It adds those that the message's own fields do not bound to texts.
func (in *Input) checkTexts(texts *int) *serving.Error {
	found := len(in.Contents.Bytes)
	switch {
	case in.HasRaw:
		found = 0
		for raw := in.Raw; len(raw) > 0; found++ {
			var ok bool
			if _, raw, ok = cutText(raw); !ok {
				return bad(fmt.Sprintf("input %s has raw contents that are no texts with their lengths", serving.Quoted(in.Name)))
			}
			if *texts++; *texts > MostTexts {
				return TooManyTexts()
			}
		}
	case in.Contents.HasTexts:
		found = len(in.Contents.Texts)
		if *texts += found; *texts > MostTexts {
			return TooManyTexts()
		}
	}
	if !holds(in.Shape, 1, found) {
		return bad(fmt.Sprintf("input %s has %d values; expected %s", serving.Quoted(in.Name), found, product(in.Shape, 1)))
	}
	return nil
}

// cutText takes the first text, which stands behind its length in four bytes.
func cutText(raw []byte) (text, rest []byte, ok bool) {
	if len(raw) < 4 {
		return nil, nil, false
	}
	n := uint64(binary.LittleEndian.Uint32(raw))
	raw = raw[4:]
	if n > uint64(len(raw)) {
		return nil, nil, false
	}
	return raw[:n], raw[n:], true
}

// eachText gives the texts to one, parts of what the input was filled with. The input has been checked.
func (in *Input) eachText(one func(text string) bool) {
	switch {
	case in.Contents.HasTexts:
		for _, text := range in.Contents.Texts {
			if !one(text) {
				return
			}
		}
	case in.HasRaw:
		for raw := in.Raw; len(raw) > 0; {
			var text []byte
			text, raw, _ = cutText(raw)
			if !one(unsafe.String(unsafe.SliceData(text), len(text))) {
				return
			}
		}
	default:
		for _, text := range in.Contents.Bytes {
			if !one(unsafe.String(unsafe.SliceData(text), len(text))) {
				return
			}
		}
	}
}

// checkUTF8 looks at the texts of an input that has some, of a feature that is read or of all features.
func (in *Input) checkUTF8(s *serving.Served) *serving.Error {
	valid := true
	if in.kind == nil && !in.Contents.HasTexts { // JSON's are.
		feature, width := 0, s.NumFeatures()
		in.eachText(func(text string) bool {
			valid = utf8.ValidString(text) || in.place < 0 && !s.Reads(feature)
			if feature++; feature == width {
				feature = 0
			}
			return valid
		})
	}
	if valid {
		return nil
	}
	return serving.NewError(serving.NotText, "input %s has text that is not UTF-8", serving.Quoted(in.Name))
}

// checkMissing looks at the parameter of an input of n values.
func (in *Input) checkMissing(n int) *serving.Error {
	if in.Missing.There && (in.Missing.Is != "" || !in.eachMissing(n, func(int) {})) {
		return bad(fmt.Sprintf("parameter \"missing\" of input %s is %s; expected places in the data, in ascending order",
			serving.Quoted(in.Name), in.Missing.found()))
	}
	return nil
}

// mostDigits is how many digits a place may have.
const mostDigits = 18

// eachMissing gives the places of the parameter to one, and tells whether they are places of n values in ascending order.
func (in *Input) eachMissing(n int, one func(place int)) bool {
	text := in.Missing.Text
	if text == "" {
		return true
	}
	place, digits, last := 0, 0, -1
	for i := 0; i <= len(text); i++ {
		if i < len(text) && '0' <= text[i] && text[i] <= '9' {
			place = 10*place + int(text[i]-'0')
			digits++
			if place >= n || digits > mostDigits {
				return false
			}
			continue
		}
		if i < len(text) && text[i] != ',' || digits == 0 || place <= last {
			return false
		}
		one(place)
		place, digits, last = 0, 0, place
	}
	return true
}
