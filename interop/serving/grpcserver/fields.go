package grpcserver

import (
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/modelx-dev/modelx/interop/serving"
)

// maxFields bounds what a message of two bytes for each field can make of memory: an empty tensor takes hundreds.
const maxFields = 100_000

// maxPredictFields bounds those of a PredictRequest, in which each text of a column is one.
const maxPredictFields = 1_000_000

// counted are the fields of a message that count: all, or one, or all but some; and the messages in it that are looked into.
type counted struct {
	only   protowire.Number
	except []protowire.Number
	nested map[protowire.Number]*counted
}

var (
	// Numbers of a tensor are counted nowhere, packed or not: they take little.
	countedContents = &counted{only: 8}
	countedTensor   = &counted{nested: map[protowire.Number]*counted{5: countedContents}}
	countedOutput   = &counted{}
	countedInfer    = &counted{nested: map[protowire.Number]*counted{5: countedTensor, 6: countedOutput}}
	countedOther    = &counted{}
	countedColumn   = &counted{except: []protowire.Number{doublesField, intsField, boolsField, nonesField, nansField}}
	countedPredict  = &counted{
		except: []protowire.Number{featuresField}, nested: map[protowire.Number]*counted{columnsField: countedColumn},
	}
)

// checkFields refuses a message of too many fields before it is taken apart. Whether it is one at all is not its affair.
func checkFields(message []byte, c *counted, most int) *serving.Error {
	if left := c.count(message, most); left < 0 {
		return serving.NewError(serving.TooLarge, "the message has more than %d fields", most)
	}
	return nil
}

// count takes the fields of a message from how many are left, and stops where that is negative.
func (c *counted) count(b []byte, left int) int {
	for len(b) > 0 && left >= 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return left
		}
		b = b[n:]
		if n = protowire.ConsumeFieldValue(number, kind, b); n < 0 {
			return left
		}
		if (c.only == 0 || c.only == number) && !slices.Contains(c.except, number) {
			left--
		}
		if inner := c.nested[number]; inner != nil && kind == protowire.BytesType {
			value, _ := protowire.ConsumeBytes(b)
			left = inner.count(value, left)
		}
		b = b[n:]
	}
	return left
}
