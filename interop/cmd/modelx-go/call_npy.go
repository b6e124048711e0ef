package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"

	modelx "github.com/modelx-dev/modelx/interop"
)

const npyMagic = "\x93NUMPY"

// isNpy tells by the first bytes.
func isNpy(source *bufio.Reader) bool {
	start, _ := source.Peek(len(npyMagic)) // What is shorter is none.
	return string(start) == npyMagic
}

var npyHeader = regexp.MustCompile(
	`^\{'descr': '([<>|=])([a-zA-Z])(\d+)', 'fortran_order': (True|False), 'shape': \((\d*),? ?(\d*)\), *\}\s*$`)

// npyArray is an array of numbers as numpy.save writes it.
type npyArray struct {
	rows, columns int
	// byColumns tells that the first column comes before the second one.
	byColumns bool
	size      int
	number    func(b []byte) float64
	data      []byte
}

// npyBlocks gives the rows of a .npy file to one.
func npyBlocks(name string, source io.Reader, width int, one func(block) error) error {
	file, err := io.ReadAll(source)
	if err != nil {
		return inputError{name, err}
	}
	a, err := readNpy(file, width)
	if err != nil {
		return inputError{name, err}
	}
	for first := 0; first < a.rows; first += callBlock {
		b := block{rows: min(callBlock, a.rows-first), place: fmt.Sprintf("%s, from row %d on", name, first+1)}
		b.values = make([]float64, 0, b.rows*a.columns)
		for i := first; i < first+b.rows; i++ {
			for j := range a.columns {
				b.values = append(b.values, a.at(i, j))
			}
		}
		if err := one(b); err != nil {
			return err
		}
	}
	return nil
}

func (a *npyArray) at(i, j int) float64 {
	place := i*a.columns + j
	if a.byColumns {
		place = j*a.rows + i
	}
	return a.number(a.data[place*a.size:])
}

// readNpy takes a file apart.
func readNpy(file []byte, width int) (*npyArray, error) {
	const whole = "a whole .npy file of numbers, as numpy.save writes it"
	header, data, ok := cutNpy(file)
	if !ok {
		return nil, notNumbers("", "the beginning of a .npy file", whole)
	}
	parts := npyHeader.FindSubmatch(header)
	if parts == nil {
		return nil, notNumbers("", "the header "+strconv.Quote(string(header[:min(len(header), 60)])), whole)
	}
	size, err := strconv.Atoi(string(parts[3]))
	number := npyNumber(parts[1][0] == '>', parts[2][0], size)
	if err != nil || number == nil {
		return nil, notNumbers("", fmt.Sprintf("an array of the dtype %s%s%s", parts[1], parts[2], parts[3]), "numbers")
	}
	rows, rowsErr := strconv.Atoi(string(parts[5]))
	columns, columnsErr := strconv.Atoi(string(parts[6]))
	if len(parts[6]) == 0 || columnsErr != nil || columns != width {
		return nil, &modelx.Error{
			Kind: modelx.ErrWrongWidth, Found: fmt.Sprintf("an array of shape (%s, %s)", parts[5], parts[6]),
			Want: fmt.Sprintf("(rows, %d)", width),
		}
	}
	if rowsErr != nil || rows > len(data)/size/columns || rows*columns*size != len(data) {
		return nil, notNumbers("", fmt.Sprintf("%d bytes of data for %s rows", len(data), parts[5]), whole)
	}
	return &npyArray{rows, columns, string(parts[4]) == "True", size, number, data}, nil
}

// cutNpy finds the header, of any version of the format.
func cutNpy(file []byte) (header, data []byte, ok bool) {
	if len(file) < 12 {
		return nil, nil, false
	}
	start, n := 10, uint64(binary.LittleEndian.Uint16(file[8:]))
	if file[6] > 1 {
		start, n = 12, uint64(binary.LittleEndian.Uint32(file[8:]))
	}
	if n > uint64(len(file)-start) {
		return nil, nil, false
	}
	return file[start : start+int(n)], file[start+int(n):], true
}

// npyNumber returns what reads a number of a dtype, or nil for what is no number.
func npyNumber(big bool, kind byte, size int) func(b []byte) float64 {
	word := func(b []byte) (bits uint64) {
		for i := range size {
			at := size - 1 - i
			if big {
				at = i
			}
			bits = bits<<8 | uint64(b[at])
		}
		return bits
	}
	switch {
	case kind == 'f' && size == 8:
		return func(b []byte) float64 { return math.Float64frombits(word(b)) }
	case kind == 'f' && size == 4:
		return func(b []byte) float64 { return float64(math.Float32frombits(uint32(word(b)))) }
	case kind == 'f' && size == 2:
		return func(b []byte) float64 { return half(uint16(word(b))) }
	case kind == 'b' && size == 1:
		return func(b []byte) float64 { return min(1, float64(b[0])) }
	case kind == 'u' && (size == 1 || size == 2 || size == 4 || size == 8):
		return func(b []byte) float64 { return float64(word(b)) }
	case kind == 'i' && (size == 1 || size == 2 || size == 4 || size == 8):
		unused := 64 - 8*size
		return func(b []byte) float64 { return float64(int64(word(b)<<unused) >> unused) }
	default:
		return nil
	}
}

// half reads a number of 16 bits: 1 for the sign, 5 for the exponent, 10 for the fraction.
func half(b uint16) float64 {
	exponent, fraction := int(b>>10&0x1f), float64(b&0x3ff)
	v := math.Ldexp(1024+fraction, exponent-25)
	switch {
	case exponent == 0:
		v = math.Ldexp(fraction, -24)
	case exponent == 0x1f && fraction != 0:
		v = math.NaN()
	case exponent == 0x1f:
		v = math.Inf(1)
	}
	if b&0x8000 != 0 {
		return -v
	}
	return v
}
