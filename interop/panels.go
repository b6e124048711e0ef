package modelx

const (
	// panelBlock is how many products are computed at a time, into a buffer on the stack.
	panelBlock = 32
	// packedValues is the largest matrix that is kept in panels too: 512 KiB stay in a core's own cache. Beyond, memory
	// is what takes the time, and twice the memory would be no help.
	packedValues = 1 << 16
)

// panels is a row-major matrix of rows x d values whose products with a vector are wanted. Where the processor works on
// four values at once, it is also kept in panels of four rows, value by value, the last one filled up with zeros.
type panels struct {
	rows, d int
	w       []float64
	packed  []float64
}

// newPanels keeps w, which nobody may change.
func newPanels(w []float64, d int) panels {
	p := panels{rows: len(w) / d, d: d, w: w}
	if !hasAVX || p.rows < 3 || len(w) > packedValues {
		return p
	}
	p.packed = make([]float64, (p.rows+3)/4*4*d)
	for i := range p.rows {
		panel := p.packed[i/4*4*d:]
		for j, v := range w[i*d : (i+1)*d] {
			panel[4*j+i%4] = v
		}
	}
	return p
}

// block writes the products of x with the rows from first on into dst, and returns how many there are. first is a
// multiple of panelBlock. The bits are dot's.
func (p *panels) block(dst *[panelBlock]float64, x []float64, first int) int {
	n := min(panelBlock, p.rows-first)
	if !p.fast(dst, x, first, (n+3)/4) {
		dots(dst[:n], x, p.w[first*p.d:])
	}
	return n
}

// products writes the products of x with all rows.
func (p *panels) products(dst, x []float64) {
	if len(p.packed) == 0 {
		dots(dst, x, p.w)
		return
	}
	var block [panelBlock]float64
	for first := 0; first < p.rows; first += panelBlock {
		n := p.block(&block, x, first)
		copy(dst[first:first+n], block[:n])
	}
}
