package modelx

import (
	"context"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// Method names what a model can compute, by the name of scikit-learn's method.
type Method string

// The methods that a model may have.
const (
	Predict          Method = "predict"
	PredictProba     Method = "predict_proba"
	PredictLogProba  Method = "predict_log_proba"
	DecisionFunction Method = "decision_function"
	Transform        Method = "transform"
	InverseTransform Method = "inverse_transform"
	ScoreSamples     Method = "score_samples"
)

// Model is a fitted model that has been checked and is ready to compute. It never changes, and is safe for concurrent
// use. [Load], [Decode], [DecodeBytes] and [New] make one.
//
// Matrices are row-major slices: n rows of NumFeatures values in x, n rows of Columns(method) values in dst.
type Model interface {
	// Name is the model's name, which may be empty.
	Name() string
	// Version is the model's own version, as its owner counts it, which may be empty.
	Version() string
	// Family is the arm of ModelProto's oneof, such as "linear_regression".
	Family() string
	// NumFeatures is the width of an input row, at least 1.
	NumFeatures() int
	// FeatureNames returns the names of the inputs in their order, or nil when the file has none. It is a copy.
	FeatureNames() []string
	// FeatureTypes returns the type of each feature: TypeFloat64, TypeInt64 and TypeBool, which are computed with as float64,
	// TypeString, or TypeNone for a feature that no method reads. It is a copy.
	FeatureTypes() []DataType
	// AppendRows appends rows made of columns to dst, for Run and all that takes rows, and returns the extended slice. Where a
	// feature takes strings, a row holds numbers for them, which mean something to this model alone.
	//
	// Columns go by their names when the model has names and so do they, and columns that the model does not have are left
	// out; otherwise columns go by their order. It allocates only what dst lacks.
	//
	// Errors, which name the column: [ErrMissingColumn], [ErrColumnType], [ErrWrongWidth] for columns of different lengths,
	// [ErrNotNumeric] for integers over 2^53.
	AppendRows(dst []float64, columns ...Column) ([]float64, error)
	// RunColumns is AppendRows and Run.
	RunColumns(m Method, dst []float64, columns ...Column) error
	// ApplyColumns applies a method to rows given as columns, and returns its values as Columns(m) columns without names: the
	// way to a transform that gives strings. For InverseTransform, the columns are those that Transform gave, in their order.
	//
	// Its errors are those of AppendRows and Run.
	ApplyColumns(m Method, columns ...Column) ([]Column, error)
	// Methods returns the methods that the model has, in the order of the signature. It is a copy.
	Methods() []Method
	// Has reports whether the model has the method.
	Has(m Method) bool
	// Columns is how many values the method gives for each row, at least 1, or 0 when the model lacks the method.
	Columns(m Method) int
	// Type is the type of the method's values in scikit-learn: TypeString for [Predict] of a classifier of strings, and
	// so on. It is TypeNone when the model lacks the method.
	Type(m Method) DataType
	// Classes returns the classes of a classifier, in the order of its outputs, and nil for all other models.
	// Those of a classifier of several outputs are in OutputClasses alone.
	Classes() *Labels
	// OutputClasses returns the classes of each output of a classifier, and nil for all other models. It is a copy.
	OutputClasses() []*Labels
	// Metadata returns what the owner noted about the model. It is a copy.
	Metadata() Metadata
	// Summary tells what the file says of the model beside its parameters.
	Summary() Summary
	// Proto returns a deep copy of the message that the model was made of.
	Proto() *modelxpb.ModelProto

	// Run applies the method to each row of x, and writes Columns(m) values for each row to dst, whose length must be
	// rows * Columns(m). It allocates nothing. No row is an empty x and an empty dst.
	//
	// Predict of a classifier gives label values: ints and floats as they are, bools as 0 and 1. Labels that no
	// float64 can hold (strings, and ints over 2^53) are an error of kind [ErrStringLabels]; PredictIndex and
	// PredictStrings give those. Predict of a clusterer gives the number of the cluster, that of a novelty detector 1
	// or -1, that of a multilabel classifier a 0 or 1 for each label.
	//
	// A transform that gives strings is an error of kind [ErrStringLabels] as well; ApplyColumns gives them.
	//
	// Errors: [ErrUnsupportedMethod], [ErrWrongWidth], [ErrBuffer], [ErrNonFiniteInput]. The contents of dst are
	// unspecified after an error. dst and x must not overlap.
	Run(m Method, dst, x []float64) error
	// RunContext is Run, and stops between blocks of rows when ctx ends; it returns the context's error then.
	RunContext(ctx context.Context, m Method, dst, x []float64) error
	// PredictIndex writes for each row the index into Classes, or for a clusterer the number of the cluster. len(dst)
	// is the number of rows, or for a classifier of several outputs, which has an index for each, that of rows times
	// outputs. It allocates nothing. Models that give no such labels have kind [ErrUnsupportedMethod].
	PredictIndex(dst []int, x []float64) error
	// PredictStrings writes for each row the text of the predicted label, as [Labels.Text] has it, or for a clusterer
	// the number of the cluster in decimal. len(dst) is the number of rows.
	PredictStrings(dst []string, x []float64) error
	// Verify replays the evidence: it recomputes every output that the file records and compares. A model without
	// evidence passes. Errors: [ErrEvidenceMismatch], and the context's.
	Verify(ctx context.Context) error
}

// DataType is the type of a method's values.
type DataType int

// The types that values may have. Their numbers are those of modelx.v1.DataType.
const (
	TypeNone    DataType = DataType(modelxpb.DataType_DATA_TYPE_UNSPECIFIED)
	TypeFloat64 DataType = DataType(modelxpb.DataType_DATA_TYPE_FLOAT64)
	TypeInt64   DataType = DataType(modelxpb.DataType_DATA_TYPE_INT64)
	TypeBool    DataType = DataType(modelxpb.DataType_DATA_TYPE_BOOL)
	TypeString  DataType = DataType(modelxpb.DataType_DATA_TYPE_STRING)
)

// String returns the type's name, such as "float64".
func (t DataType) String() string {
	switch t {
	case TypeFloat64:
		return "float64"
	case TypeInt64:
		return "int64"
	case TypeBool:
		return "bool"
	case TypeString:
		return "string"
	default:
		return "none"
	}
}
