package grpcserver

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/serving"
)

// outputColumnsField is that of PredictResponse.
const outputColumnsField protowire.Number = 9

// answerColumn is a column of an output, without a name, that is yet to be written.
type answerColumn struct {
	out    *serving.Output
	column int
}

// each gives the values to one.
func (a answerColumn) each(one func(row int, v float64)) {
	row := 0
	for at := a.column; at < len(a.out.Values); at += a.out.Columns {
		one(row, a.out.Values[at])
		row++
	}
}

// size is the length of the message: that of its texts or doubles, and of the rows that are missing.
func (a answerColumn) size() (all, nones, nans int) {
	if !a.out.IsText(a.column) {
		packed := 8 * (len(a.out.Values) / a.out.Columns)
		return protowire.SizeTag(doublesField) + protowire.SizeBytes(packed), 0, 0
	}
	a.each(func(row int, v float64) {
		text, missing := a.out.Text(v)
		all += protowire.SizeTag(stringsField) + protowire.SizeBytes(len(text))
		switch missing {
		case modelx.MissingNone:
			nones += protowire.SizeVarint(uint64(row))
		case modelx.MissingNaN:
			nans += protowire.SizeVarint(uint64(row))
		default:
		}
	})
	if nones > 0 {
		all += protowire.SizeTag(nonesField) + protowire.SizeBytes(nones)
	}
	if nans > 0 {
		all += protowire.SizeTag(nansField) + protowire.SizeBytes(nans)
	}
	return all, nones, nans
}

// sizeOfColumns bounds the length of an output's columns.
func sizeOfColumns(out *serving.Output) int {
	n := 0
	for i := range out.Columns {
		all, _, _ := answerColumn{out, i}.size()
		n += all + 1 + binary.MaxVarintLen64
	}
	return n
}

// appendColumns writes an output with columns of strings.
func appendColumns(b []byte, out *serving.Output) []byte {
	for i := range out.Columns {
		b = answerColumn{out, i}.append(protowire.AppendTag(b, outputColumnsField, protowire.BytesType))
	}
	return b
}

// append writes the message behind its length.
func (a answerColumn) append(b []byte) []byte {
	all, nones, nans := a.size()
	b = protowire.AppendVarint(b, uint64(all))
	if !a.out.IsText(a.column) {
		b = protowire.AppendTag(b, doublesField, protowire.BytesType)
		b = protowire.AppendVarint(b, uint64(8*(len(a.out.Values)/a.out.Columns)))
		a.each(func(_ int, v float64) { b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v)) })
		return b
	}
	a.each(func(_ int, v float64) {
		text, _ := a.out.Text(v)
		b = protowire.AppendTag(b, stringsField, protowire.BytesType)
		b = protowire.AppendString(b, text)
	})
	b = a.appendGaps(b, nonesField, nones, modelx.MissingNone)
	return a.appendGaps(b, nansField, nans, modelx.MissingNaN)
}

// appendGaps writes the rows whose texts are missing in one way, which take size bytes.
func (a answerColumn) appendGaps(b []byte, field protowire.Number, size int, kind modelx.Missing) []byte {
	if size == 0 {
		return b
	}
	b = protowire.AppendTag(b, field, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(size))
	a.each(func(row int, v float64) {
		if _, missing := a.out.Text(v); missing == kind {
			b = protowire.AppendVarint(b, uint64(row))
		}
	})
	return b
}
