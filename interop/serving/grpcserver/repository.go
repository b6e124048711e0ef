package grpcserver

import (
	"github.com/modelx-dev/modelx/interop/inferencepb"
	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/tensor"
)

func (c *call) serverLive(*inferencepb.ServerLiveRequest) (*inferencepb.ServerLiveResponse, error) {
	return &inferencepb.ServerLiveResponse{Live: true}, nil
}

func (c *call) serverReady(*inferencepb.ServerReadyRequest) (*inferencepb.ServerReadyResponse, error) {
	ready, _ := c.server.Plane.Readiness()
	return &inferencepb.ServerReadyResponse{Ready: ready}, nil
}

func (c *call) modelReady(request *inferencepb.ModelReadyRequest) (*inferencepb.ModelReadyResponse, error) {
	ready := c.server.Plane.ModelReady(request.GetName(), request.GetVersion())
	return &inferencepb.ModelReadyResponse{Ready: ready}, nil
}

func (c *call) serverMetadata(*inferencepb.ServerMetadataRequest) (*inferencepb.ServerMetadataResponse, error) {
	return &inferencepb.ServerMetadataResponse{
		Name: "modelx", Version: c.server.Version, Extensions: []string{"binary_tensor_data", "model_repository"},
	}, nil
}

func (c *call) modelMetadata(request *inferencepb.ModelMetadataRequest) (*inferencepb.ModelMetadataResponse, error) {
	plane := c.server.Plane
	served, err := plane.Served(request.GetName(), request.GetVersion())
	if err != nil {
		return nil, err
	}
	c.model, c.version = served.Model(), served.Version()
	response := &inferencepb.ModelMetadataResponse{
		Name: served.Model(), Versions: plane.Versions(served.Model()), Platform: "modelx",
	}
	for _, in := range tensor.InputMetadata(served) {
		response.Inputs = append(response.Inputs, tensorMetadata(in))
	}
	for _, out := range tensor.OutputMetadata(served) {
		response.Outputs = append(response.Outputs, tensorMetadata(out))
	}
	return response, nil
}

func tensorMetadata(m tensor.Metadata) *inferencepb.ModelMetadataResponse_TensorMetadata {
	return &inferencepb.ModelMetadataResponse_TensorMetadata{Name: m.Name, Datatype: m.Datatype, Shape: m.Shape}
}

func (c *call) repositoryIndex(request *inferencepb.RepositoryIndexRequest) (*inferencepb.RepositoryIndexResponse, error) {
	response := new(inferencepb.RepositoryIndexResponse)
	for _, entry := range c.server.Plane.Index() {
		state := "UNAVAILABLE"
		if entry.Ready {
			state = "READY"
		} else if request.GetReady() {
			continue
		}
		response.Models = append(response.Models, &inferencepb.RepositoryIndexResponse_ModelIndex{
			Name: entry.Name, Version: entry.Version, State: state, Reason: entry.Reason,
		})
	}
	return response, nil
}

func (c *call) repositoryLoad(request *inferencepb.RepositoryModelLoadRequest) (*inferencepb.RepositoryModelLoadResponse, error) {
	if err := c.server.Plane.Load(c.ctx, request.GetModelName(), serving.TriggerRPC); err != nil {
		return nil, err
	}
	c.model = request.GetModelName()
	return new(inferencepb.RepositoryModelLoadResponse), nil
}

func (c *call) repositoryUnload(
	request *inferencepb.RepositoryModelUnloadRequest,
) (*inferencepb.RepositoryModelUnloadResponse, error) {
	if err := c.server.Plane.Unload(c.ctx, request.GetModelName()); err != nil {
		return nil, err
	}
	c.model = request.GetModelName()
	return new(inferencepb.RepositoryModelUnloadResponse), nil
}
