package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork"
)

func TestPretrain(t *testing.T) {
	trained(t, 36)
	fails(t, exitUsage, []string{"name a project, or give --images and --out"}, "pretrain")
	fails(t, exitUsage, []string{"leave --images and --out away"}, "pretrain", "p", "--out", "x")
	fails(t, exitUsage, []string{`--set is "warm"`, "--epochs is -1"}, "pretrain", "p", "--set", "warm", "--epochs", "-1")
	fails(t, exitFailed, []string{`there is no method "magic"`, "simclr"}, "pretrain", "p", "--method", "magic")
	fails(t, exitFailed, []string{`temperature of simclr is "hot"; want a number`, `there is no network "magic"`}, "pretrain", "p", "--set", "temperature=hot", "--backbone", "magic")
	if list := do(t, "pretrain", "--list"); !strings.Contains(list, "vicreg") || !strings.Contains(list, "resnet18") {
		t.Errorf("pretrain --list prints %s", list)
	}
	short := []string{"--steps", "2", "--batch-size", "8", "--side", "16", "--width", "0.25", "--json"}
	r := as[patchwork.PretrainReport](t, do(t, append([]string{"pretrain", "p", "--method", "vicreg", "--set", "hidden=32"}, short...)...))
	if r.Network != "p/networks/vicreg-resnet-tiny" || r.Steps != 2 || r.Before.Rank == nil || r.After.Rank == nil || r.After.Alignment == nil || r.After.Rotation != nil {
		t.Errorf("the report is %+v", r)
	}
	if _, err := os.Stat(r.Network + ".state"); err == nil {
		t.Error("the state stays when the network is there")
	}
	do(t, "embed", "p", "--extractor", r.Network)
	told := "accuracy " + under("accuracy", intervalFields) + " train test kinds"
	checkFields(t, "probe", do(t, "probe", "p", "--tests", "all", "--json"), "features images rank uniformity alignment neighbours clusters "+under("linear rotation", told))
	probed := as[patchwork.ProbeReport](t, do(t, "probe", "p", "--json"))
	if probed.Images != 36 || *probed.Rank < 1 || probed.Alignment == nil || *probed.Alignment < 0 || probed.Clusters == nil || probed.Rotation != nil || probed.Linear == nil || probed.Linear.Kinds != 2 || probed.Neighbours == nil || !strings.Contains(probed.Features, "vicreg") && !strings.Contains(probed.Features, "resnet") {
		t.Errorf("the probe says %+v", probed)
	}
	few := do(t, "probe", "p", "--few", "--all", "--labels", "1,4", "--draws", "2", "--csv", "few.csv", "--json")
	checkFields(t, "probe --few", few, "[].features [].kinds [].test [].points "+"[].points[].labels [].points[].images [].points[].draws "+under("[].points[].accuracy", intervalFields))
	curves := as[patchwork.FeatureCurves](t, few)
	if len(curves) != 2 || curves[0].Test != 12 || len(curves[1].Points) != 2 {
		t.Errorf("with few labels: %+v", curves)
	}
	if lines := strings.Split(read(t, "few.csv"), "\n"); len(lines) != 2+2*2*2 || lines[0] != "features,labels,images,draw,accuracy" {
		t.Errorf("probe --csv wrote %q", lines)
	}
	compared := do(t, "probe", "--network", r.Network, "--network", "default", "--images", "photos", "--rotation")
	if strings.Count(compared, " on 36 images\n") != 2 || strings.Count(compared, "\nquarter turns ") != 2 {
		t.Errorf("two networks: %s", compared)
	}
	more := as[patchwork.PretrainReport](t, do(t, append([]string{"pretrain", "p", "--method", "byol", "--from", r.Network}, "--steps", "1", "--batch-size", "8", "--json")...))
	if more.Network != "p/networks/byol-resnet-tiny" || !strings.Contains(more.From, "variables match") || strings.Contains(more.From, "missing") {
		t.Errorf("from weights the report is %+v", more)
	}
	fails(t, exitFailed, []string{"no network in photos"}, "pretrain", "p", "--from", "photos")
	onnx := as[patchwork.PretrainReport](t, do(t, "pretrain", "p", "--method", "byol", "--backbone", smallNetwork(t), "--mean", "0.5", "--std", "0.25", "--steps", "2", "--batch-size", "8", "--json"))
	if onnx.Network != "p/networks/byol-small.onnx" || *onnx.Before.Rank == *onnx.After.Rank {
		t.Errorf("of an ONNX file the report is %+v", onnx)
	}
	kept := as[patchwork.EmbedReport](t, do(t, "embed", "p", "--extractor", onnx.Network, "--json"))
	if want := "mean [0.5 0.5 0.5] and std [0.25 0.25 0.25] (said by the file)"; !strings.Contains(kept.Spec.Preprocessing, want) || kept.Run.Computed != 36 {
		t.Errorf("the file says %q, want %q", kept.Spec.Preprocessing, want)
	}
	fails(t, exitFailed, []string{"shows crops of 8 pixels"}, "pretrain", "p", "--method", "dino", "--backbone", "small.onnx")
	fails(t, exitFailed, []string{"place by place"}, "pretrain", "p", "--method", "autoencoder", "--backbone", "small.onnx")
	fails(t, exitFailed, []string{"leave out --from and --width"}, "pretrain", "p", "--width", "2", "--backbone", "small.onnx")
	again := as[patchwork.PretrainReport](t, do(t, append([]string{"pretrain", "--images", "photos", "--out", "out", "--tensorboard=logs", "--tests", "linear,rotation"}, short...)...))
	if found, _ := filepath.Glob("logs/*-pretrain/events.out.tfevents.*"); len(found) != 1 {
		t.Errorf("below logs there are %d event files, want 1", len(found))
	}
	fails(t, exitUsage, []string{"--mlflow is no address of a tracking server"}, append([]string{"pretrain", "p", "--mlflow=localhost:5000"}, short...)...)
	if again.Steps != 2 || again.After.Linear == nil || again.After.Rotation == nil || again.After.Rank != nil {
		t.Errorf("without a project the report is %+v", again)
	}
	fails(t, exitFailed, []string{"no images found"}, append([]string{"pretrain", "--images", "out", "--out", "out2"}, short...)...)
}
