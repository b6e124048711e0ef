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

// panelsAVX is dot of the d values at x with the rows of n panels at a, as panels has them. It writes 4*n values.
//
//go:noescape
func panelsAVX(dst, x, a *float64, d, n int)

// fast is block with four rows in a register's lanes; first is a multiple of 4. It reports whether it could.
func (p *panels) fast(dst *[panelBlock]float64, x []float64, first, n int) bool {
	if !hasAVX || len(p.packed) == 0 {
		return false
	}
	a := p.packed[first*p.d:][:n*4*p.d]
	panelsAVX(&dst[0], &x[:p.d][0], &a[0], p.d, n)
	return true
}

// standardizeAVX is standardize for n >= 1 values at each of its arguments.
//
//go:noescape
func standardizeAVX(dst, x, subtract, divide *float64, n int)

// standardize writes (x - subtract) / divide. All have the same length, at least 1.
func standardize(dst, x, subtract, divide []float64) {
	if !hasAVX {
		standardizeGo(dst, x, subtract, divide)
		return
	}
	n := len(x)
	dst, subtract, divide = dst[:n], subtract[:n], divide[:n]
	standardizeAVX(&dst[0], &x[0], &subtract[0], &divide[0], n)
}
