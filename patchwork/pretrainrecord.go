package patchwork

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/pretrain"
	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

// pretrainRun is the record of a pre-training: asked is what was asked for, o that with the defaults filled in.
func pretrainRun(asked PretrainOptions, o pretrain.Options, m pretrain.Method, n backbone.Network, images int, place recordPlace) runlog.Run {
	r := runlog.Run{Kind: "pretrain", Note: asked.Note}
	method := map[string]string{"method": asked.Method}
	for _, s := range pretrain.Settings(m) {
		method["method."+s.Name] = s.Value
	}
	network := map[string]string{"network": asked.Network}
	if n, ok := n.(interface{ Options() backbone.Options }); ok { // one of package backbone
		maps.Copy(network, flat("network", n.Options()))
	}
	if onnx := networkOf(asked.ONNX); onnx != nil {
		maps.Copy(network, flat("onnx", onnx))
		r.Given = append(r.Given, given(flat("onnx", onnx), nil)...)
	}
	r.Settings = beside(method, network, flat("", o), map[string]string{
		"look": strconv.Itoa(asked.Look), "images": strconv.Itoa(images), "sources": strings.Join(place.sources, ", "), "out": place.out,
	})
	r.Given = append(r.Given, given(flat("", asked.Options), flat("", pretrain.Options{}))...)
	r.Given = append(r.Given, given(flat("network", asked.Backbone), nil)...)
	r.Given = append(r.Given, "method", "network")
	for name := range asked.Settings {
		r.Given = append(r.Given, "method."+name)
	}
	if asked.Look != 0 {
		r.Given = append(r.Given, "look")
	}
	if asked.Tests != nil {
		r.Settings["tests"] = strings.Join(asked.Tests, ",")
		r.Given = append(r.Given, "tests")
	}
	if asked.From != "" {
		r.Settings["from"] = asked.From
		r.Given = append(r.Given, "from")
	}
	// How many devices share the work does not decide what comes of it, and may change when a run goes on.
	r.Environment = map[string]string{"devices": r.Settings["devices"]}
	delete(r.Settings, "devices")
	r.Given = slices.DeleteFunc(r.Given, func(name string) bool { return name == "devices" })
	return r
}

// recordPlace is where a pre-training is recorded, and what it says of where it reads and writes.
type recordPlace struct {
	runs    string // folder
	sources []string
	out     string
}

// pretrainValues are those of a point of the curve.
func pretrainValues(p pretrain.Point) map[string]float64 {
	values := map[string]float64{}
	if p.Step > 0 { // before, there is only what was looked at
		values["loss"], values["rate"] = p.Loss, p.Rate
	}
	if p.Speed > 0 {
		values["images_per_s"] = p.Speed
	}
	maps.Copy(values, p.Metrics)
	maps.Copy(values, p.Looked)
	return values
}

// pretrainOutcome is a line of what came of it.
func pretrainOutcome(r PretrainReport, err error) string {
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d steps", r.Steps)
}
