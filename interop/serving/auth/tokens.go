package auth

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"os"
	"strings"

	"github.com/modelx-dev/modelx/interop/serving"
)

// Right is what a request needs.
type Right uint8

const (
	// Open is for health, readiness and metrics: no token is asked for.
	Open Right = iota
	// Predict is for all other reading: predictions, information, reflection.
	Predict
	// Reload is for what changes the models in service.
	Reload
)

// digest stands for a token, so that all comparisons have the same length.
type digest = [sha256.Size]byte

// Tokens are those that the operator gave. They never change. A nil *Tokens lets everything pass.
type Tokens struct {
	guardsPredict bool
	predict       []digest
	reload        []digest
}

// LoadTokens reads the files of --predict-token-file and --reload-token-file; an empty path means that there is no such
// file. Without any file it returns nil. A file that cannot be read, or that has no token in it, is an error.
func LoadTokens(predictFile, reloadFile string) (*Tokens, error) {
	predict, err := readTokens(predictFile)
	if err != nil {
		return nil, err
	}
	reload, err := readTokens(reloadFile)
	if err != nil {
		return nil, err
	}
	return NewTokens(predict, reload), nil
}

// NewTokens makes Tokens of two lists, either of which may be empty: there is no such file then.
func NewTokens(predict, reload []string) *Tokens {
	if len(predict) == 0 && len(reload) == 0 {
		return nil
	}
	return &Tokens{guardsPredict: len(predict) > 0, predict: digests(predict), reload: digests(reload)}
}

func digests(tokens []string) []digest {
	out := make([]digest, len(tokens))
	for i, token := range tokens {
		out[i] = sha256.Sum256([]byte(token))
	}
	return out
}

// NoTokensError tells of a token file without a token: it would shut everybody out.
type NoTokensError struct{ Path string }

// Error names the file.
func (e *NoTokensError) Error() string {
	return fmt.Sprintf("%s has no token; expected one on each line", e.Path)
}

// readTokens returns the lines that count.
func readTokens(path string) ([]string, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var tokens []string
	for line := range strings.Lines(string(data)) {
		if token := strings.TrimSpace(line); token != "" && !strings.HasPrefix(token, "#") {
			tokens = append(tokens, token)
		}
	}
	if len(tokens) == 0 {
		return nil, &NoTokensError{path}
	}
	return tokens, nil
}

// Guards reports whether a request for the right needs a token, so that a caller need not look for one.
func (t *Tokens) Guards(right Right) bool {
	return t != nil && right != Open && (right == Reload || t.guardsPredict)
}

// Check compares the value of an authorization header, which may be empty, with the tokens that have the right. It
// returns nil when the request may go on. Whether the token is known counts before what it may do.
func (t *Tokens) Check(authorization string, right Right) *serving.Error {
	if !t.Guards(right) {
		return nil
	}
	token, ok := bearer(authorization)
	if !ok {
		return &serving.Error{
			Kind: serving.Unauthenticated, Message: `no bearer token; expected the header "authorization: Bearer TOKEN"`,
		}
	}
	sum := sha256.Sum256([]byte(token))
	// Both lists are always walked to their ends, so that the time tells nothing.
	mayPredict, mayReload := has(t.predict, &sum), has(t.reload, &sum)
	switch {
	case mayPredict|mayReload == 0:
		return &serving.Error{Kind: serving.Unauthenticated, Message: "the bearer token is unknown"}
	case right == Predict || mayReload == 1:
		return nil
	case len(t.reload) == 0:
		return &serving.Error{
			Kind:    serving.PermissionDenied,
			Message: "no token has the right to reload; start the server with --reload-token-file",
		}
	default:
		return &serving.Error{Kind: serving.PermissionDenied, Message: "the bearer token has no right to reload"}
	}
}

// has returns 1 when sum is among the tokens, else 0.
func has(tokens []digest, sum *digest) int {
	found := 0
	for i := range tokens {
		found |= subtle.ConstantTimeCompare(tokens[i][:], sum[:])
	}
	return found
}

// bearer takes the token out of a header. The scheme's case does not count.
func bearer(authorization string) (string, bool) {
	scheme, token, _ := strings.Cut(strings.TrimSpace(authorization), " ")
	token = strings.TrimSpace(token)
	return token, strings.EqualFold(scheme, "bearer") && token != ""
}
