package main

import (
	"image/png"
	"os"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork"
)

// drawn holds that a command wrote a picture.
func drawn(t *testing.T, file string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Error(err)
		return
	}
	defer f.Close()
	if m, err := png.DecodeConfig(f); err != nil || m.Width < 100 || m.Height < 30 {
		t.Errorf("%s is %d × %d pixels (%v)", file, m.Width, m.Height, err)
	}
}

func TestSee(t *testing.T) {
	trained(t, 24)
	const embedded = "the embedded one, which is no network"
	for _, name := range []string{"kernels", "activations", "projection", "reconstruction", "attribution"} {
		fails(t, exitFailed, []string{embedded}, "see", name, "p", "--out", "x.png")
		fails(t, exitUsage, []string{"--out is missing; name a file"}, "see", name, "p")
	}
	fails(t, exitUsage, []string{"--neighbours is 0", "--out is missing"}, "see", "query", "p", "-k", "0")
	fails(t, exitUsage, []string{"--directions is 0", "--number is -2"}, "see", "extremes", "p", "--directions", "0", "-n", "-2", "--out", "x.png")
	fails(t, exitUsage, []string{`--baseline is "white"`, "--class, --features, --like and --views say different things; give one of them"}, "see", "attribution", "p", "--baseline", "white", "--class", "red", "--views", "--out", "x.png")
	fails(t, exitFailed, []string{`"x.jpg" does not end in .png`}, "see", "query", "p", "--out", "x.jpg")
	fails(t, exitUsage, []string{"--components is -1", "--out is missing; name a new folder"}, "see", "projector", "p", "--components", "-1")

	query := do(t, "see", "query", "p", "-k", "3", "--out", "query.png", "--json")
	drawn(t, "query.png")
	checkFields(t, "see query", query, `features queries queries[].classes queries[].row queries[].image queries[].neighbours queries[].neighbours[].row queries[].neighbours[].image
		queries[].neighbours[].cosine queries[].neighbours[].agrees queries[].agree queries[].known queries[].chance agree known share chance`)
	if r := as[patchwork.QueryReport](t, query); r.Known != 6 || r.Agree != 6 {
		t.Errorf("%d of %d neighbours agree; want 6 of 6", r.Agree, r.Known)
	}
	if text := do(t, "see", "query", "p", "photos/red/001.png", "--out", "query.png", "--dark"); !strings.Contains(text, "red: 7 of 7 neighbours of") {
		t.Errorf("see query by an image says %s", text)
	}
	checkFields(t, "see extremes", do(t, "see", "extremes", "p", "--features", "4,9", "--out", "extremes.png", "--json"),
		`features images extremes extremes[].direction extremes[].share extremes[].least extremes[].least[].row extremes[].least[].image extremes[].least[].value
		extremes[].most extremes[].most[].row extremes[].most[].image extremes[].most[].value`)
	drawn(t, "extremes.png")
	checkFields(t, "see projector", do(t, "see", "projector", "p", "--out", "projector", "--json"), "folder features images numbers sprite")

	report := as[patchwork.PretrainReport](t, do(t, "pretrain", "p", "--method", "context", "--set", "critic=4", "--width", "0.25", "--side", "32", "--steps", "2", "--batch-size", "8", "--pictures", "looks", "--json"))
	for _, name := range []string{"kernels-0000.00.png", "neighbours-0000.00.png", "reconstruction-0000.67.png"} {
		drawn(t, "looks/"+name)
	}
	net := report.Network
	checkFields(t, "see kernels", do(t, "see", "kernels", net, "-n", "5", "--out", "kernels.png", "--json"), "network weights count width height inputs shown")
	drawn(t, "kernels.png")
	checkFields(t, "see activations", do(t, "see", "activations", net, "photos/red/001.png", "--out", "activations.png", "--json"), "network image map width height channels shown")
	drawn(t, "activations.png")
	checkFields(t, "see projection", do(t, "see", "projection", "p", "--network", net, "-n", "3", "--out", "projection.png", "--json"), "network map side width height images shares")
	drawn(t, "projection.png")
	checkFields(t, "see reconstruction", do(t, "see", "reconstruction", net, "photos", "-n", "2", "--out", "strips.png", "--json"), "network side results results[].image results[].hidden results[].off off")
	drawn(t, "strips.png")
	attribution := "network steps results results[].image results[].of results[].score results[].baseline results[].gap results[].off"
	checkFields(t, "see attribution", do(t, "see", "attribution", net, "photos", "-n", "1", "--steps", "4", "--out", "why.png", "--json"), attribution)
	drawn(t, "why.png")
	do(t, "embed", "p", "--extractor", net)
	fails(t, exitFailed, []string{"the classifier was trained on the features", "train again"}, "see", "attribution", "p", "--class", "red", "--out", "x.png")
	do(t, "train", "p")
	r := as[patchwork.AttributionReport](t, do(t, "see", "attribution", "p", "photos/red/001.png", "--class", "green", "--steps", "8", "--rule", "trapezoid", "--baseline", "grey", "--out", "why.png", "--json"))
	if len(r.Results) != 1 || r.Results[0].Of != "green" || r.Steps != 8 {
		t.Errorf("see attribution says %+v", r)
	}
	fails(t, exitUsage, []string{"a network by itself has no images"}, "see", "projection", net, "--out", "x.png")
	fails(t, exitUsage, []string{"--network goes with a project"}, "see", "kernels", net, "--network", net, "--out", "x.png")
	fails(t, exitFailed, []string{"no network in photos"}, "see", "kernels", "photos", "--out", "x.png")

	onnx := smallNetwork(t)
	checkFields(t, "see kernels of an ONNX file", do(t, "see", "kernels", onnx, "--size", "16", "--out", "kernels.png", "--json"), "network weights count width height inputs shown")
	gradients := as[patchwork.AttributionReport](t, do(t, "see", "attribution", onnx, "photos/red/001.png", "--size", "16", "--mean", "0.5", "--std", "0.25", "--steps", "64", "--out", "why.png", "--json"))
	if len(gradients.Results) != 1 || gradients.Results[0].Off > 0.2 {
		t.Errorf("of an ONNX file see attribution says %+v", gradients)
	}
}
