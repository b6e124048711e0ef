package httpserver

import (
	"errors"

	"github.com/modelx-dev/modelx/interop/internal/codename"
	"github.com/modelx-dev/modelx/interop/internal/plainjson"
	"github.com/modelx-dev/modelx/interop/serving"
)

// jsonWriter writes what this package answers.
type jsonWriter struct{ plainjson.Writer }

func newWriter(buf []byte) jsonWriter { return jsonWriter{plainjson.Writer{Buf: buf}} }

func badRequest(text string) *serving.Error {
	return &serving.Error{Kind: serving.BadRequest, Message: text}
}

func invalidJSON() *serving.Error { return badRequest("the body is not valid JSON") }

func internal(cause error) *serving.Error {
	return &serving.Error{
		Kind: serving.Internal, Message: "an internal error; the server's log tells more", Err: cause,
	}
}

// asServing gives an error of the data plane its type. All of them have it; whatever else came is an internal error.
func asServing(err error) *serving.Error {
	if err == nil {
		return nil
	}
	var refusal *serving.Error
	if errors.As(err, &refusal) {
		return refusal
	}
	return internal(err)
}

// refusal writes the body of an error.
func (w *jsonWriter) refusal(err *serving.Error, id string) {
	w.Open('{')
	w.Key("error")
	w.Text(err.Message)
	w.Key("code")
	w.Text(codename.Of(err.Code()))
	w.Key("kind")
	w.Text(string(err.Kind))
	w.Key("request_id")
	w.Text(id)
	if err.Detail != "" {
		w.Key("detail")
		w.Text(err.Detail)
	}
	w.Close('}')
}
