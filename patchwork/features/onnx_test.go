package features

import (
	"context"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// plain leaves pixels as they are.
var plain = ONNXOptions{Mean: []float32{0}, Std: []float32{1}}

// twoByTwo is two images of 2×2 pixels. By hand, of tiny: relu(red−green) is 1, 0, 0.5, 0 and 0 everywhere; 2·blue is
// 0, 0, 1, 0 and 0.5 everywhere.
var twoByTwo = imageset.Batch{Rows: []int{0, 1}, N: 2, H: 2, W: 2, Pix: []float32{
	1, 0, 0 /**/, 0, 1, 0 /**/, 0.5, 0, 0.5 /**/, 0, 0, 0,
	0, 0, 0.25 /**/, 0, 0, 0.25 /**/, 0, 0, 0.25 /**/, 0, 0, 0.25,
}}

func open(t *testing.T, file string, o ONNXOptions) Extractor {
	t.Helper()
	e, err := OpenONNX(file, o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func extract(t *testing.T, e Extractor, b imageset.Batch) []float32 {
	t.Helper()
	x, err := e.Extract(context.Background(), b)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestONNXOutputs(t *testing.T) {
	asMap := []float32{1.5 / 4, 1. / 4, 0, 0.5}
	nhwc := tiny()
	nhwc.inputs = [][]byte{value("pixels", 1, -1, 2, 2, 3)}
	nhwc.nodes = slices.Concat([][]byte{node("Transpose", []string{"pixels"}, []string{"first"}, integers("perm", 0, 3, 1, 2)),
		node("Conv", []string{"first", "w"}, []string{"conv"}, integers("kernel_shape", 1, 1))}, nhwc.nodes[1:])
	fixed := func(n int64) onnxParts {
		p := tiny()
		p.inputs = [][]byte{value("pixels", 1, n, 3, 2, 2)}
		return p
	}
	open := tiny()
	open.inputs = [][]byte{value("pixels", 1, -1, 3, -1, -1)}
	old := tiny() // weights listed as inputs, as before 2019
	old.inputs = append(old.inputs, value("w", 1, 2, 3, 1, 1), value("swap", 1, 2, 2))
	training := tiny() // leftovers of training
	training.weights = append(training.weights, weight("one", []int64{2}, 1, 1), weight("zero", []int64{2}, 0, 0))
	training.nodes = slices.Insert(training.nodes, 1,
		node("BatchNormalization", []string{"conv", "one", "zero", "zero", "one"}, []string{"norm"}, number("momentum", 0.99), number("epsilon", 0)),
		node("Dropout", []string{"norm"}, []string{"dropped", "mask"}, number("ratio", 0.5)))
	training.nodes[3] = node("Relu", []string{"dropped"}, []string{"map"})
	swish := tiny() // x·sigmoid(x) has two readers of x
	swish.nodes[1] = node("Sigmoid", []string{"conv"}, []string{"gate"})
	swish.nodes = slices.Insert(swish.nodes, 2, node("Mul", []string{"conv", "gate"}, []string{"map"}))
	head := tiny() // a convolution after the pool, as in MobileNetV3, is not the feature map
	head.nodes[4] = node("Flatten", []string{"late"}, []string{"logits"}, integer("axis", 1))
	head.weights = append(head.weights, weight("w2", []int64{2, 2, 1, 1}, 1, 2, 3, 4))
	head.nodes[3] = node("Conv", []string{"pool", "w2"}, []string{"late"}, integers("kernel_shape", 1, 1))
	logits := plain
	logits.Output = "logits"
	named := plain
	named.Output = "conv"
	sized := plain
	sized.Size = image.Pt(2, 2)
	group := plain
	group.Batch = 2
	blue := plain
	blue.BGR = true
	for _, tt := range []struct {
		name   string
		net    onnxParts
		o      ONNXOptions
		output string
		want   []float32
	}{
		{"the last map", tiny(), plain, "map", asMap},
		{"in one group", tiny(), group, "map", asMap},
		{"a named output", tiny(), logits, "logits", []float32{0.25, 0.375, 0.5, 0}},
		{"a named map before relu", tiny(), named, "conv", []float32{(1 - 1 + 0.5) / 4, 0.25, 0, 0.5}},
		{"blue first", tiny(), blue, "map", []float32{0.5 / 4, 2 * 1.5 / 4, 0.25, 0}},
		{"channels last", nhwc, plain, "map", asMap},
		{"batch fixed to one", fixed(1), plain, "map", asMap},
		{"batch fixed to three", fixed(3), plain, "map", asMap},
		{"size left open", open, sized, "map", asMap},
		{"weights among the inputs", old, plain, "map", asMap},
		{"leftovers of training", training, plain, "map", asMap},
		{"swish", swish, plain, "map", nil},
		{"convolution after the pool", head, plain, "map", asMap},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, err := OpenONNX(tt.net.write(t, "net.onnx"), tt.o)
			if err != nil {
				t.Fatal(err)
			}
			if s := e.Spec(); s.Output != tt.output || s.Width != 2 || s.Height != 2 || s.Dim != 2 || s.Name != "net" {
				t.Errorf("spec %+v, want the tensor %s of 2 numbers", s, tt.output)
			}
			got := extract(t, e, twoByTwo)
			if tt.want != nil && farthest(got, tt.want) > 1e-6 {
				t.Errorf("got %v, want %v (by hand)", got, tt.want)
			}
		})
	}
}

// TestONNXTokens has a network like a vision transformer: patches by a convolution, then products.
func TestONNXTokens(t *testing.T) {
	p := tiny()
	p.nodes = [][]byte{
		node("Conv", []string{"pixels", "w"}, []string{"conv"}, integers("kernel_shape", 1, 1)),
		node("Flatten", []string{"conv"}, []string{"f"}, integer("axis", 2)), // [n·2, 4]
		node("MatMul", []string{"f", "id"}, []string{"a"}),
		node("MatMul", []string{"a", "id"}, []string{"b"}),
		node("MatMul", []string{"b", "id"}, []string{"c"}),
		node("MatMul", []string{"c", "id"}, []string{"d"}),
		node("Reshape", []string{"d", "shape"}, []string{"tokens"}),
	}
	id := make([]float32, 16)
	for i := range 4 {
		id[5*i] = 1
	}
	shape := join(varint(1, 3), varint(2, 7), field(8, []byte("shape")), varint(7, -1), varint(7, 2), varint(7, 4)) // int64 [-1, 2, 4]
	p.weights = append(p.weights[:1], weight("id", []int64{4, 4}, id...), shape)
	p.outputs = [][]byte{value("tokens", 1, -1, 2, 4)}
	e := open(t, p.write(t, "vit.onnx"), plain)
	if e.Spec().Output != "tokens" || e.Spec().Dim != 4 {
		t.Fatalf("spec %+v, want the first output, since no map comes after the products", e.Spec())
	}
	// mean over the two tokens (red−green and 2·blue) at each of the four places
	want := []float32{0.5, -0.5, 0.75, 0, 0.25, 0.25, 0.25, 0.25}
	if got := extract(t, e, twoByTwo); farthest(got, want) > 1e-6 {
		t.Errorf("got %v, want %v (by hand)", got, want)
	}
}

func TestONNXPreprocessing(t *testing.T) {
	last := tiny()
	last.inputs = [][]byte{value("pixels", 1, -1, 2, 2, 3)}
	last.nodes = slices.Concat([][]byte{node("Transpose", []string{"pixels"}, []string{"first"}, integers("perm", 0, 3, 1, 2)),
		node("Conv", []string{"first", "w"}, []string{"conv"}, integers("kernel_shape", 1, 1))}, last.nodes[1:])
	white := imageset.Batch{N: 1, H: 2, W: 2, Pix: slices.Repeat([]float32{1}, 12)}
	for _, tt := range []struct {
		file, about string
		net         onnxParts
		o           ONNXOptions
		want        []float32 // of a white image: relu(red−green), 2·blue
	}{
		{"resnet.onnx", "ImageNet mean and std, assumed", tiny(), ONNXOptions{}, []float32{0, 2 * (1 - 0.406) / 0.225}},
		{"inception.onnx", "x/127.5-1, assumed", last, ONNXOptions{}, []float32{0, 2}},
		{"keras_mobilenet_v2.onnx", "x/127.5-1 (Keras)", tiny(), ONNXOptions{}, []float32{0, 2}},
		{"mobilenet_v1_0.5_160.onnx", "(x-128)/128 (MobileNetV1)", tiny(), ONNXOptions{}, []float32{0, 2 * 127. / 128}},
		{"clip-vit.onnx", "CLIP mean and std", tiny(), ONNXOptions{}, []float32{0, 2 * (1 - 0.40821073) / 0.27577711}},
		{"x.onnx", "given", tiny(), ONNXOptions{Mean: []float32{0, 0.5, 0.25}, Std: []float32{0.5}}, []float32{1, 3}},
	} {
		e := open(t, tt.net.write(t, tt.file), tt.o)
		if p := e.Spec().Preprocessing; !strings.Contains(p, "("+tt.about+")") {
			t.Errorf("%s: prepared by %q, want %q", tt.file, p, tt.about)
		}
		if got := extract(t, e, white); farthest(got, tt.want) > 1e-3 {
			t.Errorf("%s: got %v, want %v (by hand)", tt.file, got, tt.want)
		}
	}
}

func TestONNXIDs(t *testing.T) {
	file := tiny().write(t, "a net (v2).onnx")
	a := open(t, file, ONNXOptions{}).Spec().ID
	if again := open(t, file, ONNXOptions{}).Spec().ID; again != a || !strings.HasPrefix(a, "a-net--v2-") {
		t.Errorf("ids %s and %s of the same network", a, again)
	}
	other := tiny()
	other.weights[0] = weight("w", []int64{2, 3, 1, 1}, 1, -1, 0, 0, 0, 2.5)
	for name, id := range map[string]string{
		"mean":   open(t, file, ONNXOptions{Mean: []float32{0.1}}).Spec().ID,
		"output": open(t, file, ONNXOptions{Output: "logits"}).Spec().ID,
		"BGR":    open(t, file, ONNXOptions{BGR: true}).Spec().ID,
		"weight": open(t, other.write(t, "a net (v2).onnx"), ONNXOptions{}).Spec().ID,
	} {
		if id == a {
			t.Errorf("another %s and the same id %s", name, id)
		}
	}
}

func TestONNXSideBySide(t *testing.T) {
	e := open(t, tiny().write(t, "net.onnx"), plain)
	want := extract(t, open(t, tiny().write(t, "net.onnx"), plain), twoByTwo)
	five := twoByTwo
	five.N, five.Pix = 18, slices.Repeat(twoByTwo.Pix, 9)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			x, err := e.Extract(context.Background(), five)
			if err != nil || len(x) != 36 || farthest(x[32:], want) > 1e-6 {
				t.Errorf("got %v, %v", x, err)
			}
		})
	}
	wg.Wait()
}

func TestONNXErrors(t *testing.T) {
	with := func(change func(p *onnxParts)) []byte {
		p := tiny()
		change(&p)
		return p.bytes()
	}
	good := tiny().bytes()
	for _, tt := range []struct {
		name string
		data []byte
		o    ONNXOptions
		want []string
	}{
		{"cut off", good[:len(good)-20], ONNXOptions{}, []string{"it is cut off or damaged; copy or download it again"}},
		{"cut off before the graph", good[:4], ONNXOptions{}, []string{"it is cut off or damaged"}},
		{"text", []byte("# a network\n"), ONNXOptions{}, []string{"it is no ONNX file"}},
		{"empty", nil, ONNXOptions{}, []string{"it is no ONNX file"}},
		{"a picture", []byte("\x89PNG\r\n\x1a\n\x00\x00"), ONNXOptions{}, []string{"it is no ONNX file"}},
		{"LFS pointer", []byte("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"), ONNXOptions{}, []string{"git lfs pull"}},
		{"no image input", with(func(p *onnxParts) {
			p.inputs = [][]byte{value("ids", 7, -1, 128), value("grey", 1, -1, 1, 28, 28)}
		}), ONNXOptions{}, []string{"it has no image input", "ids int64[?,128], grey float32[?,1,28,28]"}},
		{"half precision", with(func(p *onnxParts) { p.inputs = [][]byte{value("pixels", 10, -1, 3, 2, 2)} }), ONNXOptions{},
			[]string{"it has no image input", "pixels float16[?,3,2,2]"}},
		{"text besides", with(func(p *onnxParts) { p.inputs = append(p.inputs, value("ids", 7, -1, 77)) }), ONNXOptions{},
			[]string{"it needs more than one image", "ids int64[?,77]"}},
		{"channels anywhere", with(func(p *onnxParts) { p.inputs = [][]byte{value("pixels", 1, -1, -1, -1, -1)} }), ONNXOptions{},
			[]string{"does not say where the channels are; set ONNXOptions.Layout"}},
		{"wrong layout", good, ONNXOptions{Layout: "NHWC"}, []string{"pixels float32[?,3,2,2] cannot be NHWC"}},
		{"size left open", with(func(p *onnxParts) { p.inputs = [][]byte{value("pixels", 1, -1, 3, -1, -1)} }), ONNXOptions{},
			[]string{"leaves the image size open; set ONNXOptions.Size"}},
		{"other size", good, ONNXOptions{Size: image.Pt(224, 224)}, []string{"does not take images of 224×224 pixels"}},
		{"unknown output", good, ONNXOptions{Output: "nose"}, []string{`it has no tensor "nose"; its outputs: logits float32[?,2]`, "map (Relu)"}},
		{"unknown operator", with(func(p *onnxParts) { p.nodes[1] = node("Grok", []string{"conv"}, []string{"map"}) }), ONNXOptions{Output: "logits"},
			[]string{"it uses the operator Grok, which onnx-gomlx does not know; name an earlier tensor"}},
		{"missing weight", with(func(p *onnxParts) { p.weights = p.weights[1:] }), ONNXOptions{}, []string{"its graph cannot be built"}},
		{"empty graph", onnxParts{}.bytes(), ONNXOptions{}, []string{"its graph is empty"}},
		{"bad options", good, ONNXOptions{Layout: "CHW", Std: []float32{0}, Mean: []float32{1, 2}, Batch: -1, Size: image.Pt(3, 0)},
			[]string{`Layout is "CHW"`, "Std holds 0", "Mean has 2 values", "Batch is -1", "Size is 3×0"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := writeFile(t, "net.onnx", tt.data)
			_, err := OpenONNX(file, tt.o)
			if err == nil {
				t.Fatal("accepted")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q in it", err, want)
				}
			}
			if tt.name != "bad options" && !strings.HasPrefix(err.Error(), "features: "+file+": ") {
				t.Errorf("got %v, want the file first", err)
			}
			if strings.Contains(err.Error(), "\n\t") {
				t.Errorf("the message holds a stack: %v", err)
			}
		})
	}
	if _, err := OpenONNX(filepath.Join(t.TempDir(), "none.onnx"), ONNXOptions{}); err == nil || !strings.Contains(err.Error(), "none.onnx") {
		t.Errorf("missing file: got %v", err)
	}
}

// TestONNXCutAnywhere cuts and flips a good file everywhere: always an error or an extractor, never a panic.
func TestONNXCutAnywhere(t *testing.T) {
	good := tiny().bytes()
	for n := range good {
		if _, err := openONNX("net.onnx", good[:n], plain); err == nil {
			t.Errorf("accepted the first %d of %d bytes", n, len(good))
		}
	}
	for i := 0; i < len(good); i += 3 {
		bad := slices.Clone(good)
		bad[i] ^= 0x15
		openONNX("net.onnx", bad, plain)
	}
}

// sharedModel is a file beside the repository, or the test is skipped.
func sharedModel(t *testing.T, name string) string {
	t.Helper()
	file := filepath.Join(sharedFolder(t), "models", name)
	if _, err := os.Stat(file); err != nil {
		t.Skipf("%s is missing", file)
	}
	return file
}

// sharedFolder is PATCHWORK_SHARED, or a folder "shared" beside the repository.
func sharedFolder(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("PATCHWORK_SHARED"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if shared := filepath.Join(dir, "shared"); filepath.Base(dir) != "shared" {
			if info, err := os.Stat(shared); err == nil && info.IsDir() {
				return shared
			}
		}
	}
	t.Skip("no folder shared with data and models; set PATCHWORK_SHARED")
	return ""
}

// TestSharedNetworks looks at real networks: what the files say, and that a trained one tells a few aerial images apart.
func TestSharedNetworks(t *testing.T) {
	v2 := open(t, sharedModel(t, "keras_mobilenet_v2_0.35_224_no_top.fp32.onnx"), ONNXOptions{}).Spec()
	if v2.Dim != 1280 || v2.Width != 224 || v2.Output != "out_relu" || !strings.Contains(v2.Preprocessing, "(x/127.5-1 (Keras MobileNetV2))") {
		t.Errorf("MobileNetV2: %+v", v2)
	}
	e := open(t, sharedModel(t, "mobilenet_v1_0.25_128.fp32.onnx"), ONNXOptions{})
	if v1 := e.Spec(); v1.Dim != 256 || v1.Width != 128 || v1.Output != "features" || !strings.Contains(v1.Preprocessing, "((x-128)/128 (Coral MobileNetV1))") {
		t.Errorf("MobileNetV1: %+v", v1)
	}
	if testing.Short() {
		t.Skip("extraction takes seconds")
	}
	var list strings.Builder
	for _, class := range []string{"forest", "harbor", "agricultural"} {
		files, _ := filepath.Glob(filepath.Join(sharedFolder(t), "data", "ucm10", class, "*.jpg"))
		if len(files) < 4 {
			t.Skip("the images of ucm10 are missing")
		}
		list.WriteString(strings.Join(files[:4], "\n") + "\n")
	}
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "list.txt"), []byte(list.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	ix, _, err := imageset.Scan(context.Background(), imageset.ScanOptions{Root: root, Sources: []imageset.Source{{Path: "list.txt"}}})
	if err != nil {
		t.Fatal(err)
	}
	s, _, err := Run(context.Background(), e, &imageset.Reader{Root: root, Index: ix}, RunOptions{Dir: filepath.Join(root, "features")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	k, err := LeaveOneOutKNN(context.Background(), s.Row, s.Rows(), func(row, class int) int8 {
		if row/4 == class {
			return 1
		}
		return 0
	}, 3, 1)
	if err != nil || k.Accuracy < 0.8 { // 10 of 12 when this was written; chance is 0.3
		t.Errorf("nearest neighbours of 12 images of 3 classes: %.2f right, %v; want 0.8", k.Accuracy, err)
	}
}
