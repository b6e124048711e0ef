package tensor

import (
	"encoding/binary"
	"math"
)

// The datatypes, as the protocol names them.
const (
	Bool   = "BOOL"
	Int8   = "INT8"
	Int16  = "INT16"
	Int32  = "INT32"
	Int64  = "INT64"
	Uint8  = "UINT8"
	Uint16 = "UINT16"
	Uint32 = "UINT32"
	Uint64 = "UINT64"
	FP16   = "FP16"
	FP32   = "FP32"
	FP64   = "FP64"
	Bytes  = "BYTES"
)

// datatype is how values of a numeric datatype are read.
type datatype struct {
	// size is that of a raw value, in bytes.
	size int
	// raw reads one.
	raw func(b []byte) float64
	// typed is how many values the field for this datatype has.
	typed func(c *Contents) int
	// appendTyped adds them to dst.
	appendTyped func(dst []float64, c *Contents) []float64
}

// datatypes are those that are taken as doubles.
var datatypes = map[string]*datatype{
	Bool:   {1, rawBool, func(c *Contents) int { return len(c.Bools) }, appendBools},
	Int8:   {1, func(b []byte) float64 { return float64(int8(b[0])) }, countInts, appendInts},
	Int16:  {2, func(b []byte) float64 { return float64(int16(binary.LittleEndian.Uint16(b))) }, countInts, appendInts},
	Int32:  {4, func(b []byte) float64 { return float64(int32(binary.LittleEndian.Uint32(b))) }, countInts, appendInts},
	Int64:  {8, func(b []byte) float64 { return float64(int64(binary.LittleEndian.Uint64(b))) }, countLongs, appendLongs},
	Uint8:  {1, func(b []byte) float64 { return float64(b[0]) }, countUints, appendUints},
	Uint16: {2, func(b []byte) float64 { return float64(binary.LittleEndian.Uint16(b)) }, countUints, appendUints},
	Uint32: {4, func(b []byte) float64 { return float64(binary.LittleEndian.Uint32(b)) }, countUints, appendUints},
	Uint64: {8, func(b []byte) float64 { return float64(binary.LittleEndian.Uint64(b)) }, countUlongs, appendUlongs},
	// No field holds these typed.
	FP16: {
		2, func(b []byte) float64 { return half(binary.LittleEndian.Uint16(b)) },
		func(*Contents) int { return 0 }, func(dst []float64, _ *Contents) []float64 { return dst },
	},
	FP32: {4, func(b []byte) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))) }, countFloats, appendFloats},
	FP64: {8, func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }, countDoubles, appendDoubles},
}

func rawBool(b []byte) float64 { return fromBool(b[0] != 0) }

func fromBool(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func countInts(c *Contents) int    { return len(c.Ints) }
func countLongs(c *Contents) int   { return len(c.Longs) }
func countUints(c *Contents) int   { return len(c.Uints) }
func countUlongs(c *Contents) int  { return len(c.Ulongs) }
func countFloats(c *Contents) int  { return len(c.Floats) }
func countDoubles(c *Contents) int { return len(c.Doubles) }

func appendBools(dst []float64, c *Contents) []float64 {
	for _, v := range c.Bools {
		dst = append(dst, fromBool(v))
	}
	return dst
}

func appendInts(dst []float64, c *Contents) []float64   { return appendNumbers(dst, c.Ints) }
func appendLongs(dst []float64, c *Contents) []float64  { return appendNumbers(dst, c.Longs) }
func appendUints(dst []float64, c *Contents) []float64  { return appendNumbers(dst, c.Uints) }
func appendUlongs(dst []float64, c *Contents) []float64 { return appendNumbers(dst, c.Ulongs) }
func appendFloats(dst []float64, c *Contents) []float64 { return appendNumbers(dst, c.Floats) }

func appendDoubles(dst []float64, c *Contents) []float64 { return append(dst, c.Doubles...) }

func appendNumbers[T int32 | int64 | uint32 | uint64 | float32](dst []float64, values []T) []float64 {
	for _, v := range values {
		dst = append(dst, float64(v))
	}
	return dst
}

// appendRaw reads all values of raw, whose length has been checked.
func (d *datatype) appendRaw(dst []float64, raw []byte) []float64 {
	for ; len(raw) >= d.size; raw = raw[d.size:] {
		dst = append(dst, d.raw(raw))
	}
	return dst
}

// half reads a number of 16 bits: 1 for the sign, 5 for the exponent, 10 for the fraction.
func half(b uint16) float64 {
	exponent, fraction := int(b>>10&0x1f), float64(b&0x3ff)
	var v float64
	switch exponent {
	case 0:
		v = math.Ldexp(fraction, -24)
	case 0x1f:
		v = math.Inf(1)
		if fraction != 0 {
			return math.NaN()
		}
	default:
		v = math.Ldexp(1024+fraction, exponent-25)
	}
	if b&0x8000 != 0 {
		return -v
	}
	return v
}
