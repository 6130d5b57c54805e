package patchwork

import "fmt"

// show prints what is to be said of a figure and puts it below the cell.
func (f Figure) show(about fmt.Stringer) {
	fmt.Println(about)
	check(f.Show())
}

// lookedInto is the network to look into: the project's, or the one at a path.
func (n *Notebook) lookedInto(network []string) NetworkFile {
	if len(network) > 0 {
		return NetworkFile{Path: network[0]}
	}
	file, err := n.NetworkFile()
	check(err)
	return file
}

// Kernels shows the kernels of the first layer of the network that makes the project's features, or of another.
func (n *Notebook) Kernels(network ...string) KernelsReport {
	r, err := Kernels(n.lookedInto(network), 0)
	check(err)
	r.show(r)
	return r
}

// Activations shows what the first kernels of that network make of an image, by row.
func (n *Notebook) Activations(row int, options ...ActivationOptions) ActivationsReport {
	ctx, stop := interruptible()
	defer stop()
	r, err := Activations(ctx, n.lookedInto(nil), n.Album(row), first(options))
	check(err)
	r.show(r)
	return r
}

// Projection shows the maps of images, by row, along their three main directions as colours; without rows of eight images.
func (n *Notebook) Projection(rows ...int) ProjectionReport {
	ctx, stop := interruptible()
	defer stop()
	r, err := Projection(ctx, n.lookedInto(nil), n.Album(rows...), ProjectionOptions{})
	check(err)
	r.show(r)
	return r
}

// Query shows of each class an image with its nearest neighbours in the space of the features.
func (n *Notebook) Query(options ...QueryOptions) QueryReport {
	ctx, stop := interruptible()
	defer stop()
	r, err := n.Project.Query(ctx, first(options))
	check(err)
	r.show(r)
	return r
}

// Extremes shows which images have least and most of the main directions of the features, or of single features.
func (n *Notebook) Extremes(options ...ExtremesOptions) ExtremesReport {
	ctx, stop := interruptible()
	defer stop()
	r, err := n.Project.Extremes(ctx, first(options))
	check(err)
	r.show(r)
	return r
}

// Attribution shows which pixels of images, by row, speak for the class with the highest score, or for what the options say; without rows of eight images.
func (n *Notebook) Attribution(o AttributionOptions, rows ...int) AttributionReport {
	ctx, stop := interruptible()
	defer stop()
	progress, done := ShowProgress()
	r, err := n.Project.Attribution(ctx, o, progress, n.Album(rows...))
	done()
	check(err)
	r.show(r)
	return r
}

// Reconstruction shows what a network that learned by painting makes of images, by row; without rows of eight. An empty path is the project's network.
func (n *Notebook) Reconstruction(network string, rows ...int) ReconstructionReport {
	ctx, stop := interruptible()
	defer stop()
	if network == "" {
		network = n.lookedInto(nil).Path
	}
	r, err := Reconstruction(ctx, network, n.Album(rows...))
	check(err)
	r.show(r)
	return r
}

// first is the options that were given, or the zero value.
func first[T any](options []T) (o T) {
	if len(options) > 0 {
		o = options[0]
	}
	return o
}
