// Package see looks into networks that make features of images: the kernels of their first layer (ReadKernels), their maps (OpenMaps) and the main
// directions of these (Principal), and which pixels an answer depends on (Attributor: integrated gradients). docs/seeing.md shows what comes out.
//
// A network is the folder of one that was trained here (backbone.Save) or an ONNX file. Images are augment.Image, in [0, 1]. Nothing here
// knows projects, labels or widgets; pictures come out as image.RGBA for whoever shows them.
package see
