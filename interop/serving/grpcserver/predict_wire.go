package grpcserver

import (
	"encoding/binary"
	"math"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/internal/doubles"
	"github.com/modelx-dev/modelx/interop/serving"
)

// predictMessage is a PredictRequest in memory that is used again: its slice, and its texts where they stay the same.
type predictMessage struct {
	features      []float64
	method        modelx.Method
	model         string
	version       string
	requestID     string
	rows          int64
	probabilities bool
	// columns are parts of the message, and good as long as it is.
	columns []columnMessage
}

// The fields of PredictRequest.
const (
	featuresField protowire.Number = iota + 1
	metadataField
	methodField
	modelField
	versionField
	rowsField
	probabilitiesField
	columnsField
)

// decode reads what proto.Unmarshal reads, and refuses what that refuses, or what has too many fields.
func (m *predictMessage) decode(b []byte) bool {
	m.features, m.rows, m.probabilities, m.requestID, m.columns = m.features[:0], 0, false, "", m.columns[:0]
	left := maxPredictFields
	var method, model, version []byte
	for len(b) > 0 {
		number, kind, n := consumeTag(b)
		if n < 0 {
			return false
		}
		b = b[n:]
		ok := true
		if number != featuresField {
			left--
		}
		switch {
		case number == featuresField && kind == protowire.BytesType:
			var packed []byte
			packed, n = protowire.ConsumeBytes(b)
			ok = n >= 0 && m.appendPacked(packed)
		case number == featuresField && kind == protowire.Fixed64Type:
			var bits uint64
			bits, n = protowire.ConsumeFixed64(b)
			m.features = append(m.features, math.Float64frombits(bits))
		case number == metadataField && kind == protowire.BytesType:
			var entry []byte
			entry, n = protowire.ConsumeBytes(b)
			ok = n >= 0 && m.decodeMetadata(entry)
		case number == methodField && kind == protowire.BytesType:
			method, n = consumeText(b)
		case number == modelField && kind == protowire.BytesType:
			model, n = consumeText(b)
		case number == versionField && kind == protowire.BytesType:
			version, n = consumeText(b)
		case number == rowsField && kind == protowire.VarintType:
			var v uint64
			v, n = protowire.ConsumeVarint(b)
			m.rows = int64(v)
		case number == probabilitiesField && kind == protowire.VarintType:
			var v uint64
			v, n = protowire.ConsumeVarint(b)
			m.probabilities = protowire.DecodeBool(v)
		case number == columnsField && kind == protowire.BytesType:
			var body []byte
			if body, n = protowire.ConsumeBytes(b); n >= 0 {
				m.columns = append(m.columns, columnMessage{})
				ok = m.columns[len(m.columns)-1].scan(body, &left)
			}
		default:
			n = protowire.ConsumeFieldValue(number, kind, b)
		}
		if n < 0 || !ok || left < 0 {
			return false
		}
		b = b[n:]
	}
	// The comparisons make no strings; the same client mostly asks the same model for the same.
	if string(method) != string(m.method) {
		m.method = modelx.Method(method)
	}
	if string(model) != m.model {
		m.model = string(model)
	}
	if string(version) != m.version {
		m.version = string(version)
	}
	return true
}

// appendPacked adds doubles that stand one after the other.
func (m *predictMessage) appendPacked(packed []byte) bool {
	if len(packed)%8 != 0 {
		return false
	}
	m.features = doubles.Decode(m.features, packed)
	return true
}

// decodeMetadata reads an entry of the map, of which only request_id counts.
func (m *predictMessage) decodeMetadata(b []byte) bool {
	var key, value []byte
	for len(b) > 0 {
		number, kind, n := consumeTag(b)
		if n < 0 {
			return false
		}
		b = b[n:]
		switch {
		case number == 1 && kind == protowire.BytesType:
			key, n = consumeText(b)
		case number == 2 && kind == protowire.BytesType:
			value, n = consumeText(b)
		default:
			n = protowire.ConsumeFieldValue(number, kind, b)
		}
		if n < 0 {
			return false
		}
		b = b[n:]
	}
	if string(key) == "request_id" {
		m.requestID = string(value)
	}
	return true
}

// consumeTag is protowire.ConsumeTag for numbers that a field may have.
func consumeTag(b []byte) (protowire.Number, protowire.Type, int) {
	number, kind, n := protowire.ConsumeTag(b)
	if number > protowire.MaxValidNumber {
		n = -1
	}
	return number, kind, n
}

// consumeText is protowire.ConsumeBytes for a string, which must be valid UTF-8.
func consumeText(b []byte) ([]byte, int) {
	text, n := protowire.ConsumeBytes(b)
	if n >= 0 && !utf8.Valid(text) {
		return nil, -1
	}
	return text, n
}

// predictAnswer is a PredictResponse that is yet to be written.
type predictAnswer struct {
	response *serving.Response
	// timestamp is in seconds since 1970.
	timestamp int64
}

// size bounds the length of the message.
func (a *predictAnswer) size() int {
	const numbers = 5 * (1 + binary.MaxVarintLen64)
	n := numbers + 2*(1+binary.MaxVarintLen64) + len(a.response.Model) + len(a.response.Version)
	for i := range a.response.Outputs {
		n += 8 * len(a.response.Outputs[i].Values)
	}
	first := &a.response.Outputs[0]
	if first.Types != nil {
		n += sizeOfColumns(first)
	}
	if first.Indexed {
		for i, v := range first.Values {
			n += 1 + binary.MaxVarintLen64 + len(first.Label(i, v))
		}
	}
	return n
}

// append writes the message, fields in the order of their numbers.
func (a *predictAnswer) append(b []byte) []byte {
	r := a.response
	first := &r.Outputs[0]
	if first.Types == nil {
		b = appendDoubles(b, 1, first.Values)
	}
	b = appendText(b, 2, r.Version)
	b = appendNumber(b, 3, a.timestamp)
	b = appendText(b, 4, r.Model)
	b = appendNumber(b, 5, int64(r.Rows))
	b = appendNumber(b, 6, int64(first.Columns))
	if first.Indexed {
		for i, v := range first.Values {
			// An empty label is still one of as many as there are values.
			b = protowire.AppendTag(b, 7, protowire.BytesType)
			b = protowire.AppendString(b, first.Label(i, v))
		}
	}
	if len(r.Outputs) > 1 {
		b = appendDoubles(b, 8, r.Outputs[1].Values)
	}
	if first.Types != nil {
		b = appendColumns(b, first)
	}
	return b
}

func appendDoubles(b []byte, field protowire.Number, values []float64) []byte {
	if len(values) == 0 {
		return b
	}
	b = protowire.AppendTag(b, field, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(8*len(values)))
	return doubles.Encode(b, values)
}

func appendText(b []byte, field protowire.Number, text string) []byte {
	if text == "" {
		return b
	}
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), text)
}

func appendNumber(b []byte, field protowire.Number, v int64) []byte {
	if v == 0 {
		return b
	}
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), uint64(v))
}

// streamedAnswer is a PredictStreamResponse that is yet to be written. Its memory is used again.
type streamedAnswer struct {
	answer *predictAnswer
	inner  []byte
}

func (a *streamedAnswer) size() int { return 1 + binary.MaxVarintLen64 + a.answer.size() }

func (a *streamedAnswer) append(b []byte) []byte {
	// The length stands before the message.
	a.inner = a.answer.append(a.inner[:0])
	return protowire.AppendBytes(protowire.AppendTag(b, 1, protowire.BytesType), a.inner)
}
