module example.com/consumer

go 1.25.0

require github.com/modelx-dev/modelx/interop v0.0.0

replace github.com/modelx-dev/modelx/interop => ../../interop
