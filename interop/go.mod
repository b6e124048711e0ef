module github.com/modelx-dev/modelx/interop

go 1.25.0

require (
	github.com/klauspost/compress v1.20.3
	gonum.org/v1/gonum v0.17.0
	google.golang.org/protobuf v1.36.12
)
