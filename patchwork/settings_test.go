package patchwork

import (
	"image"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/features"
)

func TestSettingsReadWhatTheyWrite(t *testing.T) {
	dir := t.TempDir()
	want := Settings{
		Version: settingsVersion, Images: []string{"../photos", "a, b/**/*.jpg", "#1"},
		Classes:   []Class{{Name: "water"}, {Name: "a: b", Hotkey: "7", Description: "two\nlines"}, {Name: "yes"}, {Name: "1.0"}},
		Extractor: "../n.onnx", Network: &Network{Width: 96, Height: 64, Mean: []float32{0.1, 0.25, 0.3}, BGR: true, Layout: "NHWC", Output: "t1"},
		Features: "n-1", Seed: 1<<63 + 5,
	}
	if err := want.write(dir); err != nil {
		t.Fatal(err)
	}
	got, err := readSettings(dir)
	if err != nil || !reflect.DeepEqual(got, want) {
		text, _ := os.ReadFile(filepath.Join(dir, "project.yaml"))
		t.Errorf("got %+v, error %v\nwant %+v\nfrom\n%s", got, err, want, text)
	}
}

func TestNetworkKeepsWhatOptionsSay(t *testing.T) {
	if n := networkOf(features.ONNXOptions{Batch: 4, Name: "x"}); n != nil {
		t.Errorf("options that say nothing about the network give %+v", n)
	}
	o := features.ONNXOptions{Size: image.Pt(96, 64), Mean: []float32{1}, Std: []float32{2}, BGR: true, Layout: "NCHW", Output: "y"}
	if got := networkOf(o).options(); !reflect.DeepEqual(got, o) {
		t.Errorf("got %+v, want %+v", got, o)
	}
	if got := (*Network)(nil).options(); !reflect.DeepEqual(got, features.ONNXOptions{}) {
		t.Errorf("no network gives %+v", got)
	}
}
