package modelx

import (
	"fmt"
	"sync"
)

// Function is a function of rows that the program brings itself, and that models name instead of carrying it.
//
// Both functions are called with dst and x of just the right lengths, for one row. They read x, write all of dst, keep neither,
// and may be called from any number of goroutines. They must not panic: nothing recovers. For values that they do not take
// they write NaN.
type Function struct {
	// Inputs is the number of values in a row that Apply reads; 0 for any.
	Inputs int
	// Outputs is the number of values that Apply writes; 0 for as many as it reads.
	Outputs int
	// Apply computes what `func` computes in Python.
	Apply func(dst, x []float64)
	// Inverse computes what `inverse_func` computes in Python, from Outputs values to Inputs; nil where there is none.
	Inverse func(dst, x []float64)
}

// maxFunctionOutputs bounds what a file can make anybody allocate for a function's values.
const maxFunctionOutputs = 1 << 20

// maxFunctionName is the longest name in bytes.
const maxFunctionName = 200

var (
	functionsMu sync.RWMutex
	functions   = map[string]Function{}
)

// RegisterFunction lets models apply a function of the program's own: a FunctionTransformer whose function was registered in
// Python, with modelx.register_function, under the same name. Call it before such models are loaded, from an init function or
// from main; it may be called from any goroutine.
//
// A name consists of parts of ASCII letters, digits and underscores, joined by dots, at least two of them, such as
// "acme.log_price". The evidence in a file proves, when it is loaded, that the function computes what Python's did.
//
// The error is an [Error] of kind [ErrRegistration]: for a name of another form, or that is taken; for a function without
// Apply or with negative numbers of values.
func RegisterFunction(name string, f Function) error {
	refuse := func(found, want, hint string) error {
		return &Error{Kind: ErrRegistration, Path: name, Found: found, Want: want, Hint: hint}
	}
	switch {
	case !isFunctionName(name):
		return &Error{
			Kind: ErrRegistration, Found: fmt.Sprintf("the name %.60q", name),
			Want: "parts of letters, digits and underscores, joined by dots, at least two of them", Hint: `such as "acme.log_price"`,
		}
	case f.Apply == nil:
		return refuse("a function without Apply", "one that has it", "")
	case f.Inputs < 0 || f.Outputs < 0 || f.Outputs > maxFunctionOutputs:
		return refuse(fmt.Sprintf("%d inputs and %d outputs", f.Inputs, f.Outputs), fmt.Sprintf("0 to %d", maxFunctionOutputs), "")
	}
	functionsMu.Lock()
	defer functionsMu.Unlock()
	if _, taken := functions[name]; taken {
		return refuse("a function of this name", "none", "register each function once, or take another name")
	}
	functions[name] = f
	return nil
}

// isFunctionName reports whether a function may be registered under the name.
func isFunctionName(name string) bool {
	if len(name) > maxFunctionName {
		return false
	}
	parts, length := 1, 0
	for _, c := range []byte(name) {
		switch {
		case c == '.' && length > 0:
			parts, length = parts+1, 0
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_':
			length++
		default:
			return false
		}
	}
	return parts > 1 && length > 0
}

// registeredFunction finds the function of a name, or what undoes it, and checks that it has the widths that a file says.
func registeredFunction(name string, undoes bool, inputs, outputs int, path string) (func(dst, x []float64), error) {
	functionsMu.RLock()
	f, known := functions[name]
	functionsMu.RUnlock()
	refuse := func(found, want, hint string) error {
		return &Error{Kind: ErrUnregisteredFunction, Path: path, Found: found, Want: want, Hint: hint}
	}
	if !known {
		return nil, refuse(
			fmt.Sprintf("the function %q, which is not registered", name), "a function of this program",
			fmt.Sprintf("call modelx.RegisterFunction(%q, ...) with what the model was trained with before it is loaded", name),
		)
	}
	call := f.Apply
	if undoes {
		if call = f.Inverse; call == nil {
			return nil, refuse(fmt.Sprintf("the inverse of %q, which is registered without", name), "one with Inverse", "register both")
		}
		inputs, outputs = outputs, inputs
	}
	writes := f.Outputs
	if writes == 0 {
		writes = inputs
	}
	if (f.Inputs != 0 && f.Inputs != inputs) || writes != outputs {
		return nil, refuse(
			fmt.Sprintf("%q, registered with %d inputs and %d outputs", name, f.Inputs, f.Outputs),
			fmt.Sprintf("%d inputs and %d outputs", inputs, outputs), "register the function that the model was trained with",
		)
	}
	return call, nil
}
