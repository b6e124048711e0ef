//go:build !purego

package modelx

import "golang.org/x/sys/cpu"

// hasAVX is whether the processor and the operating system keep four float64 values in a register.
var hasAVX = cpu.X86.HasAVX

// dot4AVX is dot of v with four rows of n values, one after the other at a. It reads 4*n and n values.
//
//go:noescape
func dot4AVX(out *[4]float64, a, v *float64, n int)

// dot4 is dot of v with each of the four rows of a, which has 4*len(v) values. The bits are dot's.
func dot4(out *[4]float64, a, v []float64) {
	if hasAVX && len(v) >= 4 {
		a = a[:4*len(v)]
		dot4AVX(out, &a[0], &v[0], len(v))
		return
	}
	dot4Go(out, a, v)
}
