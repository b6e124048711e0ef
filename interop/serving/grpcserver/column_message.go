package grpcserver

import (
	"encoding/binary"
	"unicode/utf8"
	"unsafe"

	"google.golang.org/protobuf/encoding/protowire"
)

// The fields of Column.
const (
	nameField protowire.Number = iota + 1
	doublesField
	intsField
	stringsField
	boolsField
	nonesField
	nansField
	columnFields
)

// listNames are the lists of values, in the order of their numbers.
var listNames = [...]struct {
	field protowire.Number
	name  string
}{{doublesField, "doubles"}, {intsField, "ints"}, {stringsField, "strings"}, {boolsField, "bools"}}

// columnMessage is a Column that was found to be one, and is yet to be read: its values are where the message has them.
type columnMessage struct {
	name, body []byte
	// counts are how many values each field has.
	counts [columnFields]int
	// first is the first list that has values, or 0; second is another one that has some, or 0.
	first, second protowire.Number
	// packed is the last piece of doubles: all of them, from every usual writer.
	packed []byte
}

// scan reads what proto.Unmarshal reads, and refuses what that refuses. It takes texts and other fields but numbers from how
// many are left.
func (c *columnMessage) scan(b []byte, left *int) bool {
	*c = columnMessage{body: b}
	for len(b) > 0 {
		if text, rest, ok := shortText(b); ok {
			if !utf8.Valid(text) {
				return false
			}
			c.counts[stringsField]++
			*left--
			b = rest
			continue
		}
		number, kind, n := consumeTag(b)
		if n < 0 {
			return false
		}
		b = b[n:]
		count := 1
		switch {
		case number == nameField && kind == protowire.BytesType:
			c.name, n = consumeText(b)
		case number == stringsField && kind == protowire.BytesType:
			_, n = consumeText(b)
		case number == doublesField && kind == protowire.Fixed64Type, isVarints(number) && kind == protowire.VarintType:
			n = protowire.ConsumeFieldValue(number, kind, b)
		case number == doublesField && kind == protowire.BytesType:
			var packed []byte
			packed, n = protowire.ConsumeBytes(b)
			count = len(packed) / 8
			if len(packed)%8 != 0 {
				return false
			}
			c.packed = packed
		case isVarints(number) && kind == protowire.BytesType:
			var packed []byte
			if packed, n = protowire.ConsumeBytes(b); n >= 0 {
				count = countVarints(packed)
			}
			if count < 0 {
				return false
			}
		default:
			count = 0
			n = protowire.ConsumeFieldValue(number, kind, b)
		}
		if n < 0 {
			return false
		}
		if number < columnFields {
			c.counts[number] += count
		}
		if isCounted(number) {
			*left--
		}
		b = b[n:]
	}
	c.choose()
	return true
}

// shortText cuts a text of a column of under 128 bytes off: nearly all there is in a message of strings.
func shortText(b []byte) (text, rest []byte, ok bool) {
	const tag = byte(stringsField)<<3 | byte(protowire.BytesType)
	if len(b) < 2 || b[0] != tag || b[1] >= 0x80 || int(b[1]) > len(b)-2 {
		return nil, nil, false
	}
	end := 2 + int(b[1])
	return b[2:end], b[end:], true
}

// isVarints tells whether a field's numbers are varints.
func isVarints(number protowire.Number) bool {
	return number == intsField || number >= boolsField && number <= nansField
}

// isCounted tells whether a field of a column takes memory beside the message: numbers do not.
func isCounted(number protowire.Number) bool { return number != doublesField && !isVarints(number) }

// countVarints is how many numbers stand in b; -1 where they are none.
func countVarints(b []byte) int {
	count := 0
	for len(b) > 0 {
		_, n := protowire.ConsumeVarint(b)
		if n < 0 {
			return -1
		}
		count++
		b = b[n:]
	}
	return count
}

// choose finds the lists that have values.
func (c *columnMessage) choose() {
	for i := range listNames {
		field := listNames[i].field
		switch {
		case c.counts[field] == 0:
		case c.first == 0:
			c.first = field
		case c.second == 0:
			c.second = field
		}
	}
}

func (c *columnMessage) rows() int { return c.counts[c.first] }

func listName(field protowire.Number) string {
	for i := range listNames {
		if listNames[i].field == field {
			return listNames[i].name
		}
	}
	return ""
}

// each gives the values of a field, but texts, to one: doubles as their bits, and varints as they are.
func (c *columnMessage) each(field protowire.Number, one func(v uint64)) {
	if c.counts[field] == 0 {
		return
	}
	single := protowire.VarintType
	if field == doublesField {
		single = protowire.Fixed64Type
	}
	for b := c.body; len(b) > 0; {
		number, kind, n := protowire.ConsumeTag(b)
		b = b[n:]
		n = protowire.ConsumeFieldValue(number, kind, b)
		value := b[:n]
		b = b[n:]
		if number != field {
			continue
		}
		if kind == protowire.BytesType {
			value, _ = protowire.ConsumeBytes(value)
		} else if kind != single {
			continue
		}
		for len(value) > 0 {
			v, n := uint64(0), 8
			if field == doublesField {
				v = binary.LittleEndian.Uint64(value)
			} else {
				v, n = protowire.ConsumeVarint(value)
			}
			one(v)
			value = value[n:]
		}
	}
}

// eachText gives the texts to one. They are parts of the message.
func (c *columnMessage) eachText(one func(text string)) {
	for b := c.body; len(b) > 0; {
		if text, rest, ok := shortText(b); ok {
			one(textOf(text))
			b = rest
			continue
		}
		number, kind, n := protowire.ConsumeTag(b)
		b = b[n:]
		if number == stringsField && kind == protowire.BytesType {
			text, n := protowire.ConsumeBytes(b)
			one(textOf(text))
			b = b[n:]
			continue
		}
		b = b[protowire.ConsumeFieldValue(number, kind, b):]
	}
}

// textOf is a text without a copy, which must not outlive the bytes.
func textOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
