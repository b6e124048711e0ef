//go:build !amd64 || purego

package modelx

// dot4 is dot of v with each of the four rows of a, which has 4*len(v) values. The bits are dot's.
func dot4(out *[4]float64, a, v []float64) { dot4Go(out, a, v) }

const hasAVX = false

func (p *panels) fast(*[panelBlock]float64, []float64, int, int) bool { return false }

// standardize writes (x - subtract) / divide. All have the same length, at least 1.
func standardize(dst, x, subtract, divide []float64) { standardizeGo(dst, x, subtract, divide) }
