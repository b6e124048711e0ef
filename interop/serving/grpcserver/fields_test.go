package grpcserver

import (
	"bytes"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/modelx-dev/modelx/interop/serving"
)

// What a few bytes make hundreds of in memory is refused before it does.
func TestMessagesOfTooManyFields(t *testing.T) {
	const most, text = maxFields, "the message has more than 100000 fields"
	nested := func(field protowire.Number, inner []byte) []byte {
		return protowire.AppendBytes(protowire.AppendTag(nil, field, protowire.BytesType), inner)
	}
	repeated := func(field byte, n int) []byte { return bytes.Repeat([]byte{field<<3 | 2, 0}, n) }
	for name, c := range map[string]struct {
		message []byte
		refused bool
	}{
		"inputs":             {repeated(5, most+1), true},
		"as many as may be":  {repeated(5, most), false},
		"outputs":            {repeated(6, most+1), true},
		"raw contents":       {repeated(7, most+1), true},
		"parameters":         {repeated(4, most+1), true},
		"of an input":        {nested(5, repeated(4, most)), true},
		"of an output":       {nested(6, repeated(2, most)), true},
		"texts":              {nested(5, nested(5, repeated(8, most))), true},
		"unpacked numbers":   {nested(5, nested(5, bytes.Repeat([]byte{3 << 3, 0}, most+1))), false},
		"garbage":            {append(repeated(5, 2), 0xff), false},
		"garbage behind all": {append(repeated(5, most+1), 0xff), true},
	} {
		err := checkFields(c.message, countedInfer, maxFields)
		if (err != nil) != c.refused || err != nil && (err.Kind != serving.TooLarge || err.Message != text) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}
