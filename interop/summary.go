package modelx

import (
	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// Summary is what a model file says of its model beside the parameters. It is a copy.
type Summary struct {
	// Signature is complete, also where the file has none.
	Signature *modelxpb.Signature
	// Metadata is never nil.
	Metadata *modelxpb.Metadata
	// ClassName is scikit-learn's, such as "Ridge"; it may be empty.
	ClassName string
	// EvidenceRows is how many rows of recorded outputs the file carries, 0 when it has no evidence.
	EvidenceRows int
	// EvidenceMethods are the methods with recorded outputs.
	EvidenceMethods []Method
}

func (c *compiled) Summary() Summary {
	p := c.root.proto
	s := Summary{
		Signature: &modelxpb.Signature{
			NFeatures: int32(c.root.width()), FeatureNames: p.GetSignature().GetFeatureNames(),
		},
		Metadata:     &modelxpb.Metadata{},
		ClassName:    p.GetSource().GetClassName(),
		EvidenceRows: int(p.GetEvidence().GetRows().GetNRows()),
	}
	if c.typed() {
		for i := range c.root.width() {
			s.Signature.FeatureTypes = append(s.Signature.FeatureTypes, modelxpb.DataType(c.featureType(i)))
		}
	}
	for _, o := range c.root.outs {
		spec := &modelxpb.OutputSpec{Method: string(o.method()), NColumns: int32(o.columns), Type: modelxpb.DataType(o.kind)}
		if o.kind == TypeNone {
			for _, t := range c.root.columnTypes(o.op) {
				spec.ColumnTypes = append(spec.ColumnTypes, modelxpb.DataType(t))
			}
		}
		s.Signature.Outputs = append(s.Signature.Outputs, spec)
	}
	s.Signature = proto.CloneOf(s.Signature)
	if p.GetMetadata() != nil {
		s.Metadata = proto.CloneOf(p.GetMetadata())
	}
	for _, o := range p.GetEvidence().GetOutputs() {
		s.EvidenceMethods = append(s.EvidenceMethods, Method(o.GetMethod()))
	}
	return s
}
