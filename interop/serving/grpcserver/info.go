package grpcserver

import (
	"github.com/modelx-dev/modelx/interop/modelxpb"
	"github.com/modelx-dev/modelx/interop/serving"
)

// info answers GetModelInfo.
func (c *call) info(request *modelxpb.GetModelInfoRequest) (*modelxpb.GetModelInfoResponse, error) {
	info, err := c.server.Plane.Info(request.GetModelName(), request.GetModelVersion())
	if err != nil {
		return nil, err
	}
	c.model, c.version = info.Name, info.Version
	return InfoMessage(info), nil
}

// InfoMessage is what GetModelInfo answers.
func InfoMessage(info *serving.Info) *modelxpb.GetModelInfoResponse {
	evidence := &modelxpb.EvidenceResult{
		Result: modelxpb.EvidenceResult_RESULT_ABSENT, Rows: info.EvidenceRows, Methods: info.EvidenceMethods,
	}
	if info.EvidenceRows > 0 {
		evidence.Result = modelxpb.EvidenceResult_RESULT_PASSED
	}
	message := &modelxpb.GetModelInfoResponse{
		Name: info.Name, Version: info.Version, Type: info.Type, Signature: info.Signature, Metadata: info.Metadata,
		Metrics: info.Metadata.GetMetrics(), Sha256: info.SHA256, LoadedTimestamp: info.LoadedTimestamp,
		RequestsServed: info.RequestsServed, Evidence: evidence, Classes: info.Classes, ClassName: info.ClassName,
		Engine: "go", ReadyVersions: info.ReadyVersions, RollbackVersion: info.RollbackVersion, Path: info.Path,
	}
	if last := info.LastReload; last != nil {
		message.LastReload = &modelxpb.ReloadResult{
			Ok: last.OK, Timestamp: last.Timestamp, Trigger: string(last.Trigger), Path: last.Path, Version: last.Version,
			Error: last.Error, Kind: last.ErrorKind, Detail: last.Detail,
		}
	}
	return message
}

// reload answers ReloadModel.
func (c *call) reload(request *modelxpb.ReloadModelRequest) (*modelxpb.ReloadModelResponse, error) {
	report, err := c.server.Plane.Reload(c.ctx, serving.ReloadRequest{
		Model: request.GetModelName(), Path: request.GetPath(), Version: request.GetVersion(), Rollback: request.GetRollback(),
		Trigger: serving.TriggerRPC,
	})
	if err != nil {
		return nil, err
	}
	c.model, c.version = report.Model, report.Version
	return &modelxpb.ReloadModelResponse{
		ModelName: report.Model, ModelVersion: report.Version, PreviousVersion: report.PreviousVersion, Sha256: report.SHA256,
		Changed: report.Changed, LoadSeconds: report.LoadSeconds,
	}, nil
}
