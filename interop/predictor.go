package modelx

import "math"

// op is a method as a small number, so that the hot path compares no strings.
type op uint8

const (
	opPredict op = iota
	opPredictProba
	opPredictLogProba
	opDecisionFunction
	opTransform
	opInverseTransform
	opScoreSamples
	opCount
)

// methods are the names of the ops, in the order of every signature.
var methods = [opCount]Method{
	Predict, PredictProba, PredictLogProba, DecisionFunction, Transform, InverseTransform, ScoreSamples,
}

// output describes what one method gives: an OutputSpec that is known to be right.
type output struct {
	op op
	// columns is the n_columns of the schema: 0 for one value for each row and a numpy shape of (rows,).
	columns int
	kind    DataType
}

func (o output) method() Method { return methods[o.op] }

// values is how many values the method gives for each row, at least 1.
func (o output) values() int { return max(o.columns, 1) }

// predictor computes one family. One file for each family has the type and the function that checks its message and
// makes it. Predictors never change, keep no reference to their arguments and allocate nothing.
type predictor interface {
	// width is the number of values in an input row, at least 1.
	width() int
	// outputs are the methods, in the order of their ops.
	outputs() []output
	// run applies a method from outputs to the rows of x. The caller has checked the lengths. first is the number of
	// the first row, for messages.
	run(o op, dst, x []float64, first int) error
}

// stringTaker is a predictor that takes strings. Their values in x are numbers of the model's symbols.
type stringTaker interface {
	predictor
	// inputTypes are the types of the values in a row: TypeFloat64, TypeString, or TypeNone for one that no method reads.
	// It is nil when all are TypeFloat64.
	inputTypes() []DataType
}

// stringGiver is a predictor whose transform or inverse_transform may give strings, as numbers of the model's symbols.
type stringGiver interface {
	predictor
	// columnTypes are the types of the columns of an output whose kind is TypeNone; nil for any other.
	columnTypes(o op) []DataType
}

// indexer is a predictor whose predict gives one of finitely many labels: a classifier's, or a clusterer's.
type indexer interface {
	predictor
	// indexes reports whether index works: not for a multilabel classifier, nor for a pipeline that ends in one.
	indexes() bool
	// index writes the number of each row's label.
	index(dst []int, x []float64, first int) error
}

// labeler is a predictor whose predict gives a label for each of several outputs.
type labeler interface {
	// labelLists are the classes of each output; none for a predictor of something else.
	labelLists() []*Labels
	// labelIndices writes for each row and output the number of the label.
	labelIndices(dst []int, x []float64, first int) error
}

// laborer is a predictor that knows how much work a row is, in multiplications, where its message's size does not tell.
type laborer interface{ work() int }

// refuseNonFinite returns an error that names the first NaN or infinity in the row, or nil when the row has none: the
// result that was not finite has then overflowed, which scikit-learn lets pass.
//
// It runs only when a result is not finite. A sum of products with a NaN or an infinity among its factors never is.
func refuseNonFinite(path string, row int, x []float64) error {
	for j, v := range x {
		if !isFinite(v) {
			return nonFiniteInput(path, row, j, v, "finite values, as scikit-learn does")
		}
	}
	return nil
}

// refuseInfinite is refuseNonFinite for models that take NaN.
func refuseInfinite(path string, row int, x []float64) error {
	for j, v := range x {
		if math.IsInf(v, 0) {
			return nonFiniteInput(path, row, j, v, "finite values or NaN, as scikit-learn does")
		}
	}
	return nil
}

// isFinite reports whether v is neither NaN nor an infinity.
func isFinite(v float64) bool { return v-v == 0 }
