package httpserver

import (
	"errors"
	"strconv"

	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/telemetry"
)

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

// place names a value's, counting from 1.
func place(row, column int) string {
	return "row " + strconv.Itoa(row+1) + ", feature " + strconv.Itoa(column+1) + " "
}

// refusal writes the body of an error.
func (w *jsonWriter) refusal(err *serving.Error, id string) {
	w.open('{')
	w.key("error")
	w.str(err.Message)
	w.key("code")
	w.str(telemetry.CodeName(err.Code()))
	w.key("kind")
	w.str(string(err.Kind))
	w.key("request_id")
	w.str(id)
	if err.Detail != "" {
		w.key("detail")
		w.str(err.Detail)
	}
	w.close('}')
}
