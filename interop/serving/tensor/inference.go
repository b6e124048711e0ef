package tensor

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/internal/doubles"
	"github.com/modelx-dev/modelx/interop/serving"
)

// Inference is a request as a transport decoded it. It, and its memory, may be used again after [Inference.Reset].
type Inference struct {
	Model, Version string
	Inputs         []Input
	// RawContents are one for each input, in their order, or none. REST leaves them out, and fills Input.Raw.
	RawContents [][]byte
	// Outputs are the names of those that are asked for, or none.
	Outputs []string
	// Gaps is the request's parameter of that name: what gaps in BYTES are.
	Gaps Parameter

	methods  []modelx.Method
	features []float64
	rows     serving.Rows
	gap      modelx.Missing
	// texts is how many there are in all inputs.
	texts int
	seen  []bool
}

// Input is one tensor.
type Input struct {
	Name, Datatype string
	Shape          []int64
	// Raw has little-endian values, if HasRaw.
	Raw    []byte
	HasRaw bool
	// Contents has the values otherwise.
	Contents Contents
	// Missing is the parameter of that name: the places of gaps.
	Missing Parameter

	// kind is nil for text.
	kind  *datatype
	place int
}

// Parameter is one that a request may have.
type Parameter struct {
	// There tells that it has it. It is Text then or, where that is no text, what Is says, such as "a number".
	There    bool
	Text, Is string
}

// found is what stands in the parameter, for messages.
func (p Parameter) found() string {
	if p.Is != "" {
		return p.Is
	}
	return serving.Quoted(p.Text)
}

// Contents are the values of a tensor, in the field of its datatype, as InferTensorContents has them.
type Contents struct {
	Bools   []bool    // BOOL
	Ints    []int32   // INT8, INT16, INT32
	Longs   []int64   // INT64
	Uints   []uint32  // UINT8, UINT16, UINT32
	Ulongs  []uint64  // UINT64
	Floats  []float32 // FP32
	Doubles []float64 // FP64
	Bytes   [][]byte  // BYTES
	// Numbers are JSON's, whatever the datatype is, if HasNumbers.
	Numbers    []float64
	HasNumbers bool
	// Texts are JSON's, of BYTES, if HasTexts; Gaps are the places in them of nulls, in ascending order.
	Texts    []string
	Gaps     []int
	HasTexts bool
}

func (c *Contents) empty() bool {
	return len(c.Bools)+len(c.Ints)+len(c.Longs)+len(c.Uints)+len(c.Ulongs)+len(c.Floats)+len(c.Doubles)+len(c.Bytes) == 0 &&
		!c.HasNumbers && !c.HasTexts
}

// Reset makes q empty, and lets go of what it was filled with. It keeps memory for the next request.
func (q *Inference) Reset() {
	clear(q.Inputs)
	clear(q.RawContents)
	clear(q.Outputs)
	clear(q.methods)
	q.Model, q.Version, q.Gaps, q.texts = "", "", Parameter{}, 0
	q.Inputs, q.RawContents, q.Outputs = q.Inputs[:0], q.RawContents[:0], q.Outputs[:0]
}

// Kept is how many numbers there is memory for.
func (q *Inference) Kept() int { return cap(q.features) + q.rows.Kept() }

// Raw tells whether the values of the request are raw, so that those of the answer are.
func (q *Inference) Raw() bool {
	return len(q.Inputs) > 0 && q.Inputs[0].HasRaw
}

// Check looks at the form of the request: all that can be said without a model. The errors are those of kinds
// bad_request and not_numeric that docs/serving.md lists for tensors.
func (q *Inference) Check() *serving.Error {
	if len(q.Inputs) == 0 {
		return bad("no inputs; expected at least one")
	}
	if n := len(q.RawContents); n > 0 {
		if n != len(q.Inputs) {
			return bad(fmt.Sprintf("raw_input_contents has %d items; expected %d", n, len(q.Inputs)))
		}
		for i := range q.Inputs {
			q.Inputs[i].Raw, q.Inputs[i].HasRaw = q.RawContents[i], true
		}
	}
	for i := range q.Inputs {
		if err := q.Inputs[i].check(&q.texts); err != nil {
			return err
		}
	}
	if err := q.checkOutputs(); err != nil {
		return err
	}
	return q.checkGaps()
}

// checkGaps reads what the request says of gaps.
func (q *Inference) checkGaps() *serving.Error {
	q.gap = modelx.MissingNone
	if !q.Gaps.There {
		return nil
	}
	gap, err := serving.ChosenGap(q.Gaps.Text)
	if err != nil || q.Gaps.Is != "" {
		return bad(`parameter "gaps" is ` + q.Gaps.found() + `; expected "none" or "nan"`)
	}
	q.gap = gap
	return nil
}

// fewOutputs are compared with each other; of more, each is looked up, as a request can name millions.
const fewOutputs = 16

// checkOutputs refuses an output that is there twice.
func (q *Inference) checkOutputs() *serving.Error {
	var seen map[string]struct{}
	if len(q.Outputs) > fewOutputs {
		seen = make(map[string]struct{}, len(q.Outputs))
	}
	for i, name := range q.Outputs {
		doubled := false
		if seen == nil {
			doubled = slices.Contains(q.Outputs[:i], name)
		} else {
			_, doubled = seen[name]
			seen[name] = struct{}{}
		}
		if doubled {
			return bad(fmt.Sprintf("output %s is there twice; expected it once", serving.Quoted(name)))
		}
	}
	return nil
}

func bad(text string) *serving.Error { return &serving.Error{Kind: serving.BadRequest, Message: text} }

func (in *Input) check(texts *int) *serving.Error {
	if in.kind = datatypes[in.Datatype]; in.kind == nil && in.Datatype != Bytes {
		return serving.NewError(serving.NotNumeric,
			"input %s has datatype %s; expected BOOL, INT8 to INT64, UINT8 to UINT64, FP16, FP32, FP64 or BYTES",
			serving.Quoted(in.Name), serving.Quoted(in.Datatype))
	}
	for _, n := range in.Shape {
		if n < 0 {
			return bad(fmt.Sprintf("input %s has shape %s; expected dimensions of 0 or more", serving.Quoted(in.Name), shapeText(in.Shape)))
		}
	}
	if in.HasRaw && !in.Contents.empty() {
		return bad(fmt.Sprintf("input %s has both contents and raw_input_contents; expected one of them", serving.Quoted(in.Name)))
	}
	if in.kind == nil {
		return in.checkTexts(texts)
	}
	if !in.HasRaw {
		found := in.kind.typed(&in.Contents)
		if in.Contents.HasNumbers {
			found = len(in.Contents.Numbers)
		}
		if !holds(in.Shape, 1, found) {
			return bad(fmt.Sprintf("input %s has %d values; expected %s", serving.Quoted(in.Name), found, product(in.Shape, 1)))
		}
		return nil
	}
	if !holds(in.Shape, in.kind.size, len(in.Raw)) {
		return bad(fmt.Sprintf("input %s has %d bytes; expected %s", serving.Quoted(in.Name), len(in.Raw), product(in.Shape, in.kind.size)))
	}
	return nil
}

// holds reports whether found is size times the dimensions, none of which is negative.
func holds(shape []int64, size, found int) bool {
	n := uint64(size)
	overflow := false
	for _, d := range shape {
		if d == 0 {
			return found == 0
		}
		high, low := bits.Mul64(n, uint64(d))
		overflow = overflow || high != 0
		n = low
	}
	return !overflow && n == uint64(found)
}

// product writes size times the dimensions as far as 63 bits hold it: the product of a million dimensions would take minutes.
func product(shape []int64, size int) string {
	if slices.Contains(shape, 0) {
		return "0"
	}
	n := uint64(size)
	for _, d := range shape {
		high, low := bits.Mul64(n, uint64(d))
		if high != 0 || low > math.MaxInt64 {
			return fmt.Sprintf("over %d", int64(math.MaxInt64))
		}
		n = low
	}
	return strconv.FormatUint(n, 10)
}

// shapeText writes a shape as the contract does; a long one is cut as lists are.
func shapeText(shape []int64) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, n := range shape {
		if i > 0 {
			b.WriteByte(',')
		}
		if i == 10 {
			b.WriteString("...")
			break
		}
		b.WriteString(strconv.FormatInt(n, 10))
	}
	b.WriteByte(']')
	return b.String()
}

// appendDoubles adds the values to dst. The input has been checked.
func (in *Input) appendDoubles(dst []float64) []float64 {
	switch {
	case in.Contents.HasNumbers:
		return append(dst, in.Contents.Numbers...)
	case !in.HasRaw:
		return in.kind.appendTyped(dst, &in.Contents)
	case in.Datatype == FP64:
		return doubles.Decode(dst, in.Raw)
	default:
		return in.kind.appendRaw(dst, in.Raw)
	}
}
