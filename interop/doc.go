// Package modelx computes with models that were fitted in scikit-learn, and gives scikit-learn's own numbers.
//
// A model file carries the parameters of one fitted estimator, and evidence: example rows with the answers of the
// estimator itself. [Load] reads a file in any of its formats, checks all of it, computes the recorded answers again,
// and refuses the model when one of them differs by more than its tolerance.
//
//	m, err := modelx.Load("churn.pb")
//	if err != nil {
//		return err
//	}
//	probabilities := make([]float64, rows*m.Columns(modelx.PredictProba))
//	err = m.Run(modelx.PredictProba, probabilities, x)
//
// Batches are row-major slices of float64 in buffers of the caller's; [RunDense] takes gonum matrices. A [Model] is
// safe for concurrent use, and [Model.Run] allocates nothing.
//
// # Numbers
//
// Everything is float64, and the bits are the same on every CPU: sums have the order that the schema lays down, products
// are rounded before they are added, and the exponential and the logarithm are this module's own. Labels equal
// scikit-learn's; scores agree with it to 1e-12 of the sum of their absolute terms, which is what its BLAS may vary by.
//
// # Errors
//
// Every error is an [*Error] with a [Kind], which [errors.Is] finds, save for the error of a context that ended. No input
// makes this package panic: neither a file, nor a message, nor a batch.
package modelx
