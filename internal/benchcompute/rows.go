package main

import "fmt"

// Row is one line of the table.
type Row struct {
	Name   string
	What   string
	Work   Work
	Figure string  // "" is milliseconds of a run; memory and compile are of the first steps of a fresh process
	Goal   float64 // the least ratio torch/cpu; for compile the most milliseconds of cpu
}

// The goals: one operation as fast as PyTorch, a network half as fast again.
const (
	goalSingle  = 1.0
	goalNetwork = 1.5
	goalCompile = 1000 // ms
)

// rows are all there are, in the order of the table.
func rows() []Row {
	var all []Row
	single := func(name, what string, w Work, passes ...string) {
		for _, pass := range passes {
			w.Pass = pass
			title := what
			if pass == "both" {
				title += ", with gradients"
			}
			all = append(all, Row{Name: name + "/" + pass, What: title, Work: w.complete(), Goal: goalSingle})
		}
	}
	const forward, both = "forward", "both"

	single("gemm/256", "product 256 × 256", Work{Op: "matmul", Batch: 256, In: 256, Out: 256}, forward)
	single("gemm/1024", "product 1024 × 1024", Work{Op: "matmul", Batch: 1024, In: 1024, Out: 1024}, forward, both)

	conv := func(name string, kernel, size, channels, stride, groups int) {
		what := fmt.Sprintf("%s %d × %d, %d channels, stride %d, batch 32", name, size, size, channels, stride)
		single(fmt.Sprintf("%s/%dpx/c%d/s%d", name, size, channels, stride), what,
			Work{Op: "conv", Batch: 32, Size: size, In: channels, Out: channels, Kernel: kernel, Stride: stride, Groups: groups}, forward, both)
	}
	for _, size := range []int{32, 64} {
		for _, channels := range []int{32, 64, 128} {
			for _, stride := range []int{1, 2} {
				conv("conv3x3", 3, size, channels, stride, 1)
			}
		}
	}
	for _, channels := range []int{64, 128} {
		conv("conv1x1", 1, 32, channels, 1, 1)
	}
	for _, kernel := range []int{3, 7} {
		for _, channels := range []int{64, 128} {
			conv(fmt.Sprintf("depthwise%dx%d", kernel, kernel), kernel, 32, channels, 1, channels)
		}
	}

	picture := Work{Batch: 32, Size: 32, In: 64, Stride: 1}
	kind := func(op string, kernel, stride int) Work {
		w := picture
		w.Op, w.Kernel, w.Stride = op, kernel, stride
		return w
	}
	single("batchnorm", "batch norm of 32 × 32 × 32 × 64", kind("batchnorm", 0, 1), forward, both)
	single("layernorm", "layer norm of 8192 × 384", Work{Op: "layernorm", Batch: 32 * 256, In: 384}, forward, both)
	single("gelu", "GELU of 8192 × 384", Work{Op: "gelu", Batch: 32 * 256, In: 384}, forward, both)
	single("softmax", "softmax of 8192 × 256", Work{Op: "softmax", Batch: 8192, In: 256}, forward, both)
	single("maxpool2x2", "max pooling 2 × 2 of 32 × 32 × 32 × 64", kind("maxpool", 2, 2), forward, both)
	single("maxpool3x3", "max pooling 3 × 3, stride 2, of the same", kind("maxpool", 3, 2), forward, both)
	single("meanpool2x2", "mean pooling 2 × 2 of the same", kind("meanpool", 2, 2), forward, both)

	return append(all, networkRows()...)
}

func networkRows() []Row {
	var all []Row
	add := func(name, what string, w Work) Work {
		w = w.complete()
		all = append(all, Row{Name: name, What: what, Work: w, Goal: goalNetwork})
		return w
	}
	var steps []Work
	for _, size := range []int{32, 64} {
		steps = append(steps, add(fmt.Sprintf("resnet/%dpx/train", size), fmt.Sprintf("ResNet 32-64-128, step, batch 64, %d px", size),
			Work{Op: "resnet", Pass: "train", Batch: 64, Size: size}))
		add(fmt.Sprintf("resnet/%dpx/infer", size), fmt.Sprintf("ResNet 32-64-128, forward, batch 64, %d px", size),
			Work{Op: "resnet", Pass: "infer", Batch: 64, Size: size})
	}
	for _, batch := range []int{1, 32} {
		add(fmt.Sprintf("mobilenet/b%d", batch), fmt.Sprintf("MobileNetV2 0.35, forward, batch %d, 224 px", batch),
			Work{Op: "mobilenet", Pass: "infer", Batch: batch, Size: 224})
	}
	add("convnext/train", "ConvNeXt-like 64-128-256, step, batch 32, 32 px", Work{Op: "convnext", Pass: "train", Batch: 32, Size: 32})
	add("vit/train", "ViT 192 × 6 layers, patch 4, step, batch 32, 32 px", Work{Op: "vit", Pass: "train", Batch: 32, Size: 32})
	for _, w := range steps {
		all = append(all, Row{Name: fmt.Sprintf("resnet/%dpx/memory", w.Size), What: fmt.Sprintf("peak memory of the ResNet's steps, %d px", w.Size),
			Work: w, Figure: "memory", Goal: goalSingle})
		all = append(all, Row{Name: fmt.Sprintf("resnet/%dpx/compile", w.Size), What: fmt.Sprintf("first ResNet step less a later one, %d px", w.Size),
			Work: w, Figure: "compile", Goal: goalCompile})
	}
	return all
}
