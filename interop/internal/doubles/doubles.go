// Package doubles turns little-endian bytes into float64 values and back, at the speed of a copy where the processor
// has them in the same order.
package doubles

import (
	"encoding/binary"
	"math"
	"slices"
	"unsafe"
)

// size is that of a value, in bytes.
const size = 8

// native tells that the processor is little-endian.
var native = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// Decode adds the values that b holds to dst. Bytes beyond the last whole value are left.
func Decode(dst []float64, b []byte) []float64 {
	n := len(b) / size
	dst = slices.Grow(dst, n)
	if native {
		added := dst[len(dst) : len(dst)+n]
		copy(bytes(added), b)
		return dst[:len(dst)+n]
	}
	for ; len(b) >= size; b = b[size:] {
		dst = append(dst, math.Float64frombits(binary.LittleEndian.Uint64(b)))
	}
	return dst
}

// Encode adds the bytes of values to dst.
func Encode(dst []byte, values []float64) []byte {
	if native {
		return append(dst, bytes(values)...)
	}
	for _, v := range values {
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
	}
	return dst
}

// bytes is the memory of values. A byte may stand anywhere, so alignment is no question; only a []byte of values is made,
// never values of a []byte.
func bytes(values []float64) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), size*len(values))
}
