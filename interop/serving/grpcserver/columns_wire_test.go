package grpcserver

import (
	"math"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// requireSameColumns reads columns as rows are made of them, and compares what was read with what the generated code reads.
func requireSameColumns(t *testing.T, columns []columnMessage, want []*modelxpb.Column) {
	t.Helper()
	if len(columns) != len(want) {
		t.Fatalf("%d columns, expected %d", len(columns), len(want))
	}
	for i := range columns {
		c, w := &columns[i], want[i]
		numbers := func(field protowire.Number) (all []uint64) {
			c.each(field, func(v uint64) { all = append(all, v) })
			if len(all) != c.counts[field] {
				t.Fatalf("column %d: %d values in field %d, which were counted as %d", i, len(all), field, c.counts[field])
			}
			return all
		}
		same := string(c.name) == w.GetName() && slices.EqualFunc(numbers(doublesField), w.GetDoubles(), func(v uint64, f float64) bool {
			return v == math.Float64bits(f)
		}) && slices.EqualFunc(numbers(intsField), w.GetInts(), func(v uint64, n int64) bool {
			return protowire.DecodeZigZag(v) == n
		}) && slices.EqualFunc(numbers(boolsField), w.GetBools(), func(v uint64, b bool) bool { return (v != 0) == b }) &&
			slices.EqualFunc(numbers(nonesField), w.GetNoneRows(), func(v uint64, n uint32) bool { return uint32(v) == n }) &&
			slices.EqualFunc(numbers(nansField), w.GetNanRows(), func(v uint64, n uint32) bool { return uint32(v) == n })
		var texts []string
		c.eachText(func(text string) { texts = append(texts, text) })
		if !same || !slices.Equal(texts, w.GetStrings()) || len(texts) != c.counts[stringsField] {
			t.Fatalf("column %d is %q, %v, %q; expected %v", i, c.name, c.counts, texts, w)
		}
	}
}

// What is too much is refused before it takes memory.
func TestTextsAreCounted(t *testing.T) {
	column := strings.Repeat("\x22\x00", maxPredictFields)
	message := protowire.AppendBytes([]byte{0x42}, []byte(column))
	var m predictMessage
	if m.decode(message) {
		t.Fatal("a message of a million texts and one more field is taken")
	}
	if err := checkFields(message, countedPredict, maxPredictFields); err == nil || err.Message != "the message has more than 1000000 fields" {
		t.Fatalf("the error is %v", err)
	}
	if message = protowire.AppendBytes([]byte{0x42}, []byte(column[2:])); !m.decode(message) {
		t.Fatal("a message of a million fields is refused")
	}
	// Numbers are none of them, packed or not.
	message = slices.Repeat([]byte{0x09, 0, 0, 0, 0, 0, 0, 0, 0}, maxPredictFields+1)
	message = append(message, protowire.AppendBytes([]byte{0x42}, slices.Repeat([]byte{0x18, 0}, maxPredictFields+1))...)
	if !m.decode(message) || checkFields(message, countedPredict, maxPredictFields) != nil {
		t.Fatal("a message of two million numbers is refused")
	}
}

func TestDecodingColumnsUsesMemoryAgain(t *testing.T) {
	b, err := proto.Marshal(&modelxpb.PredictRequest{Columns: []*modelxpb.Column{
		{Name: "a", Strings: make([]string, 1000)}, {Name: "b", Doubles: make([]float64, 1000)},
	}})
	requireNone(t, err)
	var m predictMessage
	m.decode(b)
	if n := testing.AllocsPerRun(100, func() { m.decode(b) }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}
