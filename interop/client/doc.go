// Package client asks a server of models, modelx serve or modelx-go serve, over gRPC.
//
//	c, err := client.Dial("models.example:8081", client.WithToken(token), client.WithTLS(nil))
//	if err != nil { ... }
//	defer c.Close()
//	p, err := c.Predict(ctx, []float64{5.1, 3.5, 1.4, 0.2}, client.Model("iris"))
//
// Rows are row-major: all values of the first row, then those of the next. Models that take strings, or named columns in any
// order, are asked by [Client.PredictColumns]. All methods of a [Client] are safe for
// concurrent use, and its connection mends itself.
//
// # Errors
//
// What a server refuses, and a server that is not there, is an [*Error] with the code, the kind and the text of
// docs/serving.md. errors.Is finds its kind:
//
//	if errors.Is(err, client.UnknownModel) { ... }
//	if errors.Is(err, modelx.ErrWrongWidth) { ... }
//
// # Retries
//
// Predictions, [Client.Info] and nothing else are asked for again when no server answers (UNAVAILABLE), or it has too many
// requests (of kind overloaded): they change nothing. In between the client waits a random while, longer each time, but
// never beyond the context's deadline. A reload is sent once: when it ends with UNAVAILABLE or DEADLINE_EXCEEDED it may
// have happened, and Info tells.
package client
