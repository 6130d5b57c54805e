package scenes

import (
	"image"
	"math"
)

// sun is where the light comes from.
type sun struct {
	x, y   float64 // unit vector on the ground, towards the sun
	height float64 // tangent of the sun's elevation
}

// expose lights the canvas and returns the picture, in linear light, three values a pixel.
func (c *canvas) expose(s sun) []float64 {
	heights := make([]float64, len(c.cells))
	for i := range c.cells {
		heights[i] = c.cells[i].height
	}
	up := s.height / math.Hypot(1, s.height) // the share of sunlight that flat ground receives
	flat := 1 / math.Hypot(1, s.height)
	sky := rgb{0.20, 0.24, 0.31} // what a shadow still receives
	out := make([]float64, 3*Size*Size)
	for j := margin; j < cells-margin; j++ {
		for i := margin; i < cells-margin; i++ {
			p := j*cells + i
			dx := (heights[p+1] - heights[p-1]) / 2 * c.metre
			dy := (heights[p+cells] - heights[p-cells]) / 2 * c.metre
			facing := max(0, up-flat*(dx*s.x+dy*s.y)) / math.Sqrt(1+dx*dx+dy*dy) / up
			direct := min(facing, 1.7) * c.lit(heights, i, j, s)
			o := 3 * ((j-margin)/fine*Size + (i-margin)/fine)
			for k, albedo := range c.cells[p].colour {
				out[o+k] += albedo * (sky[k] + (1-sky[k])*direct) / (fine * fine)
			}
		}
	}
	return out
}

// lit is the share of direct sunlight that reaches a cell: it walks towards the sun until it is above everything.
func (c *canvas) lit(heights []float64, i, j int, s sun) float64 {
	const tallest = 16 // metres
	step := 1 / c.metre
	here := heights[j*cells+i]
	light := 1.0
	for d := 1.0; ; d++ {
		ray := here + 0.15 + d*step*s.height
		x, y := i+int(math.Round(d*s.x)), j+int(math.Round(d*s.y))
		if ray > tallest || x < 0 || y < 0 || x >= cells || y >= cells {
			return light
		}
		if over := heights[y*cells+x] - ray; over > 0 {
			light = min(light, max(0, 1-over/0.5)) // soft at the edge
			if light == 0 {
				return 0
			}
		}
	}
}

// camera is how the picture was taken.
type camera struct {
	exposure, saturation, contrast float64
	warmth                         float64 // above 0 redder
	haze                           float64 // share of white
	blur                           float64 // standard deviation in pixels
	grain                          float64 // standard deviation of the noise, of 255
}

func (c *canvas) newCamera() camera {
	return camera{exposure: c.uniform(0.95, 1.35), saturation: c.uniform(0.75, 1.08), contrast: c.uniform(0.9, 1.15),
		warmth: c.uniform(-0.06, 0.08), haze: c.uniform(0, 0.10), blur: c.uniform(0.25, 0.6), grain: c.uniform(1.5, 4.5)}
}

// develop turns linear light into a picture.
func (c *canvas) develop(light []float64, k camera) *image.RGBA {
	blurred(light, k.blur)
	m := image.NewRGBA(image.Rect(0, 0, Size, Size))
	haze := [3]float64{0.62, 0.67, 0.74}
	tint := [3]float64{1 + k.warmth, 1, 1 - k.warmth}
	for p := range Size * Size {
		v := light[3*p : 3*p+3]
		grey := 0.30*v[0] + 0.59*v[1] + 0.11*v[2]
		grain := k.grain * c.rand.NormFloat64()
		for i := range 3 {
			x := grey + (v[i]-grey)*k.saturation
			x = mix(x*tint[i]*k.exposure, haze[i], k.haze)
			x = math.Pow(max(0, x), 1/2.2)
			x = 0.45 + (x-0.45)*k.contrast
			m.Pix[4*p+i] = uint8(max(0, min(255, x*255+grain+0.4*k.grain*c.rand.NormFloat64()+0.5)))
		}
		m.Pix[4*p+3] = 255
	}
	return m
}

// blurred applies a Gaussian of the given standard deviation in pixels, in place; edges are repeated.
func blurred(light []float64, sigma float64) {
	n := int(math.Ceil(3 * sigma))
	kernel := make([]float64, 2*n+1)
	sum := 0.0
	for i := range kernel {
		d := float64(i - n)
		kernel[i] = math.Exp(-d * d / (2 * sigma * sigma))
		sum += kernel[i]
	}
	line := make([]float64, Size)
	pass := func(start, step int) {
		for i := range line {
			line[i] = 0
			for k, w := range kernel {
				line[i] += w / sum * light[start+step*max(0, min(Size-1, i+k-n))]
			}
		}
		for i, v := range line {
			light[start+step*i] = v
		}
	}
	for i := range Size {
		for k := range 3 {
			pass(3*Size*i+k, 3)
		}
	}
	for i := range Size {
		for k := range 3 {
			pass(3*i+k, 3*Size)
		}
	}
}
