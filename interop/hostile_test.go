package modelx

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// Messages of every family with evidence, damaged in a few random places: each is refused with an *Error, or computes.
func TestDamagedMessagesNeverPanic(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	refused, accepted := 0, 0
	for _, c := range sklearnCases(t) {
		whole := recorded(t, c.proto(t), c.Rows, c.X)
		for range 300 {
			p := proto.CloneOf(whole)
			for range 1 + rng.IntN(3) {
				damage(p.ProtoReflect(), rng)
			}
			opts := []Option{WithoutEvidenceReplay()}
			if rng.IntN(2) == 0 {
				opts = nil
			}
			m, err := New(p, opts...)
			if err != nil {
				var e *Error
				if !errors.As(err, &e) || e.Kind == "" {
					t.Fatalf("%s: %v is no *Error", c.Name, err)
				}
				refused++
				continue
			}
			accepted++
			useHostilely(t, m, rng)
		}
	}
	if refused < 100 || accepted < 100 {
		t.Errorf("%d refused and %d accepted: the damage tests one side only", refused, accepted)
	}
}

// useHostilely calls every method with values of all sorts.
func useHostilely(t *testing.T, m Model, rng *rand.Rand) {
	t.Helper()
	_ = m.Verify(context.Background())
	_, _, _ = m.Metadata(), m.FeatureNames(), m.Proto()
	if m.NumFeatures() > 1<<12 {
		requireKind(t, m.Run(m.Methods()[0], nil, []float64{1}), ErrWrongWidth)
		return
	}
	x := make([]float64, 3*m.NumFeatures())
	for i := range x {
		x[i] = edges[rng.IntN(len(edges))]
	}
	for _, method := range m.Methods() {
		if m.Columns(method) < 1 {
			t.Fatalf("%s has %d columns", method, m.Columns(method))
		}
		_ = m.Run(method, make([]float64, 3*m.Columns(method)), x)
	}
	_ = m.PredictStrings(make([]string, 3), x)
}

var edges = []float64{0, 1, -1, nan, inf, -inf, math.MaxFloat64, -math.MaxFloat64, 0x1p-1074, 1e-200, 1e200, 0.5}

var counts = []int64{0, 1, 2, 3, 4, 7, 30, -1, math.MaxInt32, math.MinInt32, 1 << 30, 1 << 16}

// damage changes one field, somewhere in m.
func damage(m protoreflect.Message, rng *rand.Rand) {
	var set []protoreflect.FieldDescriptor
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		if field := fields.Get(i); m.Has(field) || (field.Message() == nil && rng.IntN(4) == 0) {
			set = append(set, field)
		}
	}
	if len(set) == 0 {
		return
	}
	field := set[rng.IntN(len(set))]
	switch {
	case field.IsMap() || rng.IntN(12) == 0:
		m.Clear(field)
	case field.IsList():
		damageList(field, m.Mutable(field).List(), rng)
	case field.Message() != nil:
		damage(m.Mutable(field).Message(), rng)
	default:
		m.Set(field, hostileValue(field, rng))
	}
}

func damageList(field protoreflect.FieldDescriptor, list protoreflect.List, rng *rand.Rand) {
	n := list.Len()
	if n == 0 || rng.IntN(5) == 0 {
		if field.Message() != nil {
			list.Append(list.NewElement())
		} else {
			list.Append(hostileValue(field, rng))
		}
		return
	}
	i := rng.IntN(n)
	switch {
	case rng.IntN(5) == 0:
		list.Truncate(i)
	case field.Message() != nil:
		damage(list.Get(i).Message(), rng)
	default:
		list.Set(i, hostileValue(field, rng))
	}
}

func hostileValue(field protoreflect.FieldDescriptor, rng *rand.Rand) protoreflect.Value {
	count := counts[rng.IntN(len(counts))]
	switch field.Kind() {
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(edges[rng.IntN(len(edges))])
	case protoreflect.Int32Kind, protoreflect.Sint32Kind:
		return protoreflect.ValueOfInt32(int32(count))
	case protoreflect.Int64Kind, protoreflect.Sint64Kind:
		return protoreflect.ValueOfInt64(count << rng.IntN(32))
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(uint32(count) & 3)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(count))
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(rng.IntN(2) == 0)
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte{0x80, 0xff})
	default:
		return protoreflect.ValueOfString([]string{"", "a", "transform", "\x00"}[rng.IntN(4)])
	}
}

// A few bytes may declare any number of columns: nothing as long as that is made of them, and nothing walks them.
func TestWidthsCostNothing(t *testing.T) {
	const widest = math.MaxInt32
	sideBySide := func(columns []uint32, members ...*modelxpb.ModelProto) *modelxpb.ModelProto {
		p := &modelxpb.ColumnTransformerProto{NFeatures: widest, Members: members}
		for range members {
			p.Selections = append(p.Selections, &modelxpb.ColumnTransformerProto_Selection{Columns: columns})
		}
		return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_ColumnTransformer{ColumnTransformer: p}}
	}
	signed := passthroughOf("", widest)
	signed.Signature = &modelxpb.Signature{NFeatures: widest}
	for _, p := range []*modelxpb.ModelProto{
		signed, pipelineProto(passthroughOf("a", widest), passthroughOf("b", widest)), sideBySide(nil, passthroughOf("a", widest)),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		if m := mustNew(t, p); m.NumFeatures() != widest {
			t.Errorf("%s of %d features", m.Family(), m.NumFeatures())
		}
		runtime.ReadMemStats(&after)
		if took, used := time.Since(start), after.TotalAlloc-before.TotalAlloc; took > time.Second || used > 1<<20 {
			t.Errorf("%s took %v and %d bytes", setArm(p), took, used)
		}
	}
	for path, p := range map[string]*modelxpb.ModelProto{
		"column_transformer.n_features": sideBySide([]uint32{7}, passthroughOf("a", 1)),
		"column_transformer.members":    sideBySide(nil, passthroughOf("a", widest), passthroughOf("b", widest)),
	} {
		_, err := New(p)
		requireKind(t, err, ErrShape)
		if e := err.(*Error); e.Path != path {
			t.Errorf("path is %q, want %q", e.Path, path)
		}
	}
}
