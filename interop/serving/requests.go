package serving

import (
	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// Request is rows for one or several methods of a model.
type Request struct {
	// Model and Version may be empty.
	Model, Version string
	// Methods are what to compute. None: predict where the model has it, else its first one.
	Methods []modelx.Method
	// Features are rows of numbers, one after the other.
	Features []float64
	// Rows is how many rows Features holds, or 0 for as many as there are.
	Rows int64
	// Made are rows that were made for this load of the model, in place of Features; or nil. They must not change as long as
	// the response is of use.
	Made *Rows
}

// Response has the outputs in the order of the methods, all computed by one load of a model. It may be used again, and
// its memory with it.
type Response struct {
	Model, Version string
	Rows           int
	Outputs        []Output

	indices []int
	texts   modelx.Texts
}

// Kept is how many numbers there is memory for.
func (r *Response) Kept() int {
	n := 0
	outputs := r.Outputs[:cap(r.Outputs)]
	for i := range outputs {
		n += cap(outputs[i].Values)
	}
	return n
}

// Output is what one method gave.
type Output struct {
	Method modelx.Method
	// Columns is how many values there are for each row, at least 1.
	Columns int
	// Vector tells that numpy's shape is (rows,).
	Vector bool
	// Type is scikit-learn's type of the values.
	Type modelx.DataType
	// Types are those of the columns where some are strings, else nil.
	Types []modelx.DataType
	// Values are rows * Columns values: labels that are bools as 0 and 1, and where Indexed places in Classes, for which Label
	// gives the text. Of columns of strings, Text has what they stand for.
	Values []float64
	// Indexed tells that no double holds the labels: they are text, or integers over 2^53 are among them.
	Indexed bool
	// Classes are those of each column of the labels that predict gives; nil for all else.
	Classes []*modelx.Labels

	texts *modelx.Texts
}

// Label is the text of value i, which is a place in Classes: values go column by column.
func (o *Output) Label(i int, value float64) string {
	return o.Classes[i%len(o.Classes)].Text(int(value))
}

// Text is the string that a value of a column of strings stands for.
func (o *Output) Text(value float64) (string, modelx.Missing) { return o.texts.Text(value) }

// IsText tells whether a column has strings.
func (o *Output) IsText(column int) bool {
	return o.Types != nil && o.Types[column] == modelx.TypeString
}

// Trigger is what asked for a reload.
type Trigger string

// What may ask for a reload.
const (
	TriggerRPC    Trigger = "rpc"
	TriggerHTTP   Trigger = "http"
	TriggerSignal Trigger = "signal"
	TriggerWatch  Trigger = "watch"
)

// ReloadRequest is what shall serve, as ReloadModelRequest has it.
type ReloadRequest struct {
	Model, Path, Version string
	Rollback             bool
	Trigger              Trigger
}

// ReloadReport is what serves now.
type ReloadReport struct {
	Model, Version, PreviousVersion, SHA256 string
	Changed                                 bool
	LoadSeconds                             float64
}

// ReloadResult is how the last change of a model went. Its fields are those of the schema's ReloadResult.
type ReloadResult struct {
	OK                                      bool
	Timestamp                               int64
	Trigger                                 Trigger
	Path, Version, Error, ErrorKind, Detail string
}

// Info is what GetModelInfo tells, with the same names.
type Info struct {
	Name, Version, Type string
	Signature           *modelxpb.Signature
	Metadata            *modelxpb.Metadata
	SHA256              string
	LoadedTimestamp     int64
	RequestsServed      int64
	EvidenceRows        int64
	EvidenceMethods     []string
	Classes             []string
	ClassName           string
	LastReload          *ReloadResult
	ReadyVersions       []string
	RollbackVersion     string
	Path                string
}

// IndexEntry is one version of a model in the repository.
type IndexEntry struct {
	Name, Version string
	Ready         bool
	Reason        string
}

// ModelReadiness is whether one model can answer.
type ModelReadiness struct {
	Name, Version string
	Ready         bool
	LastReload    *ReloadResult
}
