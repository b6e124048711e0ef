//go:build !purego

#include "textflag.h"

// A step: the row's key that the node asks for; the borrow of the node's key less the row's is 1 where the row goes to the
// right, and is added to the left child.

// func walkEightRows(keys *uint64, links *histLink, cells *cell, at *[lanes]uint32, depth uint32)
TEXT ·walkEightRows(SB), NOSPLIT, $0-36
	MOVQ keys+0(FP), BX
	MOVQ links+8(FP), CX
	MOVQ cells+16(FP), SI
	MOVQ at+24(FP), AX
	MOVL 0(AX), R8
	MOVL 4(AX), R9
	MOVL 8(AX), R10
	MOVL 12(AX), R11
	MOVL 16(AX), R12
	MOVL 20(AX), R13
	MOVL 24(AX), R15
	MOVL 28(AX), DX
	MOVL depth+32(FP), DI
	TESTL DI, DI
	JZ   done

step:
	MOVL 4(CX)(R8*8), AX
	MOVQ (SI)(AX*8), AX
	CMPQ (BX)(R8*8), AX
	MOVL (CX)(R8*8), R8
	ADCL $0, R8
	MOVL 4(CX)(R9*8), AX
	MOVQ 8(SI)(AX*8), AX
	CMPQ (BX)(R9*8), AX
	MOVL (CX)(R9*8), R9
	ADCL $0, R9
	MOVL 4(CX)(R10*8), AX
	MOVQ 16(SI)(AX*8), AX
	CMPQ (BX)(R10*8), AX
	MOVL (CX)(R10*8), R10
	ADCL $0, R10
	MOVL 4(CX)(R11*8), AX
	MOVQ 24(SI)(AX*8), AX
	CMPQ (BX)(R11*8), AX
	MOVL (CX)(R11*8), R11
	ADCL $0, R11
	MOVL 4(CX)(R12*8), AX
	MOVQ 32(SI)(AX*8), AX
	CMPQ (BX)(R12*8), AX
	MOVL (CX)(R12*8), R12
	ADCL $0, R12
	MOVL 4(CX)(R13*8), AX
	MOVQ 40(SI)(AX*8), AX
	CMPQ (BX)(R13*8), AX
	MOVL (CX)(R13*8), R13
	ADCL $0, R13
	MOVL 4(CX)(R15*8), AX
	MOVQ 48(SI)(AX*8), AX
	CMPQ (BX)(R15*8), AX
	MOVL (CX)(R15*8), R15
	ADCL $0, R15
	MOVL 4(CX)(DX*8), AX
	MOVQ 56(SI)(AX*8), AX
	CMPQ (BX)(DX*8), AX
	MOVL (CX)(DX*8), DX
	ADCL $0, DX
	DECL DI
	JNZ  step

done:
	MOVQ at+24(FP), AX
	MOVL R8, 0(AX)
	MOVL R9, 4(AX)
	MOVL R10, 8(AX)
	MOVL R11, 12(AX)
	MOVL R12, 16(AX)
	MOVL R13, 20(AX)
	MOVL R15, 24(AX)
	MOVL DX, 28(AX)
	RET

// func walkEightTrees(keys *uint64, links *histLink, row *uint64, at *[lanes]uint32, depth uint32)
TEXT ·walkEightTrees(SB), NOSPLIT, $0-36
	MOVQ keys+0(FP), BX
	MOVQ links+8(FP), CX
	MOVQ row+16(FP), SI
	MOVQ at+24(FP), AX
	MOVL 0(AX), R8
	MOVL 4(AX), R9
	MOVL 8(AX), R10
	MOVL 12(AX), R11
	MOVL 16(AX), R12
	MOVL 20(AX), R13
	MOVL 24(AX), R15
	MOVL 28(AX), DX
	MOVL depth+32(FP), DI
	TESTL DI, DI
	JZ   done

step:
	MOVL 4(CX)(R8*8), AX
	MOVQ (SI)(AX*1), AX
	CMPQ (BX)(R8*8), AX
	MOVL (CX)(R8*8), R8
	ADCL $0, R8
	MOVL 4(CX)(R9*8), AX
	MOVQ (SI)(AX*1), AX
	CMPQ (BX)(R9*8), AX
	MOVL (CX)(R9*8), R9
	ADCL $0, R9
	MOVL 4(CX)(R10*8), AX
	MOVQ (SI)(AX*1), AX
	CMPQ (BX)(R10*8), AX
	MOVL (CX)(R10*8), R10
	ADCL $0, R10
	MOVL 4(CX)(R11*8), AX
	MOVQ (SI)(AX*1), AX
	CMPQ (BX)(R11*8), AX
	MOVL (CX)(R11*8), R11
	ADCL $0, R11
	MOVL 4(CX)(R12*8), AX
	MOVQ (SI)(AX*1), AX
	CMPQ (BX)(R12*8), AX
	MOVL (CX)(R12*8), R12
	ADCL $0, R12
	MOVL 4(CX)(R13*8), AX
	MOVQ (SI)(AX*1), AX
	CMPQ (BX)(R13*8), AX
	MOVL (CX)(R13*8), R13
	ADCL $0, R13
	MOVL 4(CX)(R15*8), AX
	MOVQ (SI)(AX*1), AX
	CMPQ (BX)(R15*8), AX
	MOVL (CX)(R15*8), R15
	ADCL $0, R15
	MOVL 4(CX)(DX*8), AX
	MOVQ (SI)(AX*1), AX
	CMPQ (BX)(DX*8), AX
	MOVL (CX)(DX*8), DX
	ADCL $0, DX
	DECL DI
	JNZ  step

done:
	MOVQ at+24(FP), AX
	MOVL R8, 0(AX)
	MOVL R9, 4(AX)
	MOVL R10, 8(AX)
	MOVL R11, 12(AX)
	MOVL R12, 16(AX)
	MOVL R13, 20(AX)
	MOVL R15, 24(AX)
	MOVL DX, 28(AX)
	RET

// With categories, a step goes to the right also where the bit of the node's set that has the number of the row's category,
// the key's last six bits, is 1. The set of a node of a number, and of a leaf, is empty.

// func walkEightRowsByCategory(keys, outside *uint64, links *histLink, cells *cell, at *[lanes]uint32, depth uint32)
TEXT ·walkEightRowsByCategory(SB), NOSPLIT, $8-44
	MOVQ keys+0(FP), BX
	MOVQ outside+8(FP), DI
	MOVQ links+16(FP), CX
	MOVQ cells+24(FP), SI
	MOVQ at+32(FP), AX
	MOVL 0(AX), R8
	MOVL 4(AX), R9
	MOVL 8(AX), R10
	MOVL 12(AX), R11
	MOVL 16(AX), R12
	MOVL 20(AX), R13
	MOVL 24(AX), R15
	MOVL 28(AX), DX
	MOVL depth+40(FP), AX
	TESTL AX, AX
	JZ   done
	MOVL AX, depthLeft-8(SP)

step:
	MOVL 4(CX)(R8*8), AX
	MOVQ (SI)(AX*8), AX
	MOVQ (DI)(R8*8), R14
	CMPQ (BX)(R8*8), AX
	MOVL (CX)(R8*8), R8
	ADCL $0, R8
	BTQ  AX, R14
	ADCL $0, R8
	MOVL 4(CX)(R9*8), AX
	MOVQ 8(SI)(AX*8), AX
	MOVQ (DI)(R9*8), R14
	CMPQ (BX)(R9*8), AX
	MOVL (CX)(R9*8), R9
	ADCL $0, R9
	BTQ  AX, R14
	ADCL $0, R9
	MOVL 4(CX)(R10*8), AX
	MOVQ 16(SI)(AX*8), AX
	MOVQ (DI)(R10*8), R14
	CMPQ (BX)(R10*8), AX
	MOVL (CX)(R10*8), R10
	ADCL $0, R10
	BTQ  AX, R14
	ADCL $0, R10
	MOVL 4(CX)(R11*8), AX
	MOVQ 24(SI)(AX*8), AX
	MOVQ (DI)(R11*8), R14
	CMPQ (BX)(R11*8), AX
	MOVL (CX)(R11*8), R11
	ADCL $0, R11
	BTQ  AX, R14
	ADCL $0, R11
	MOVL 4(CX)(R12*8), AX
	MOVQ 32(SI)(AX*8), AX
	MOVQ (DI)(R12*8), R14
	CMPQ (BX)(R12*8), AX
	MOVL (CX)(R12*8), R12
	ADCL $0, R12
	BTQ  AX, R14
	ADCL $0, R12
	MOVL 4(CX)(R13*8), AX
	MOVQ 40(SI)(AX*8), AX
	MOVQ (DI)(R13*8), R14
	CMPQ (BX)(R13*8), AX
	MOVL (CX)(R13*8), R13
	ADCL $0, R13
	BTQ  AX, R14
	ADCL $0, R13
	MOVL 4(CX)(R15*8), AX
	MOVQ 48(SI)(AX*8), AX
	MOVQ (DI)(R15*8), R14
	CMPQ (BX)(R15*8), AX
	MOVL (CX)(R15*8), R15
	ADCL $0, R15
	BTQ  AX, R14
	ADCL $0, R15
	MOVL 4(CX)(DX*8), AX
	MOVQ 56(SI)(AX*8), AX
	MOVQ (DI)(DX*8), R14
	CMPQ (BX)(DX*8), AX
	MOVL (CX)(DX*8), DX
	ADCL $0, DX
	BTQ  AX, R14
	ADCL $0, DX
	DECL depthLeft-8(SP)
	JNZ  step

done:
	MOVQ at+32(FP), AX
	MOVL R8, 0(AX)
	MOVL R9, 4(AX)
	MOVL R10, 8(AX)
	MOVL R11, 12(AX)
	MOVL R12, 16(AX)
	MOVL R13, 20(AX)
	MOVL R15, 24(AX)
	MOVL DX, 28(AX)
	RET

// func walkEightTreesByCategory(keys, outside *uint64, links *histLink, row *uint64, at *[lanes]uint32, depth uint32)
TEXT ·walkEightTreesByCategory(SB), NOSPLIT, $8-44
	MOVQ keys+0(FP), BX
	MOVQ outside+8(FP), DI
	MOVQ links+16(FP), CX
	MOVQ row+24(FP), SI
	MOVQ at+32(FP), AX
	MOVL 0(AX), R8
	MOVL 4(AX), R9
	MOVL 8(AX), R10
	MOVL 12(AX), R11
	MOVL 16(AX), R12
	MOVL 20(AX), R13
	MOVL 24(AX), R15
	MOVL 28(AX), DX
	MOVL depth+40(FP), AX
	TESTL AX, AX
	JZ   done
	MOVL AX, depthLeft-8(SP)

step:
	MOVL 4(CX)(R8*8), AX
	MOVQ (SI)(AX*1), AX
	MOVQ (DI)(R8*8), R14
	CMPQ (BX)(R8*8), AX
	MOVL (CX)(R8*8), R8
	ADCL $0, R8
	BTQ  AX, R14
	ADCL $0, R8
	MOVL 4(CX)(R9*8), AX
	MOVQ (SI)(AX*1), AX
	MOVQ (DI)(R9*8), R14
	CMPQ (BX)(R9*8), AX
	MOVL (CX)(R9*8), R9
	ADCL $0, R9
	BTQ  AX, R14
	ADCL $0, R9
	MOVL 4(CX)(R10*8), AX
	MOVQ (SI)(AX*1), AX
	MOVQ (DI)(R10*8), R14
	CMPQ (BX)(R10*8), AX
	MOVL (CX)(R10*8), R10
	ADCL $0, R10
	BTQ  AX, R14
	ADCL $0, R10
	MOVL 4(CX)(R11*8), AX
	MOVQ (SI)(AX*1), AX
	MOVQ (DI)(R11*8), R14
	CMPQ (BX)(R11*8), AX
	MOVL (CX)(R11*8), R11
	ADCL $0, R11
	BTQ  AX, R14
	ADCL $0, R11
	MOVL 4(CX)(R12*8), AX
	MOVQ (SI)(AX*1), AX
	MOVQ (DI)(R12*8), R14
	CMPQ (BX)(R12*8), AX
	MOVL (CX)(R12*8), R12
	ADCL $0, R12
	BTQ  AX, R14
	ADCL $0, R12
	MOVL 4(CX)(R13*8), AX
	MOVQ (SI)(AX*1), AX
	MOVQ (DI)(R13*8), R14
	CMPQ (BX)(R13*8), AX
	MOVL (CX)(R13*8), R13
	ADCL $0, R13
	BTQ  AX, R14
	ADCL $0, R13
	MOVL 4(CX)(R15*8), AX
	MOVQ (SI)(AX*1), AX
	MOVQ (DI)(R15*8), R14
	CMPQ (BX)(R15*8), AX
	MOVL (CX)(R15*8), R15
	ADCL $0, R15
	BTQ  AX, R14
	ADCL $0, R15
	MOVL 4(CX)(DX*8), AX
	MOVQ (SI)(AX*1), AX
	MOVQ (DI)(DX*8), R14
	CMPQ (BX)(DX*8), AX
	MOVL (CX)(DX*8), DX
	ADCL $0, DX
	BTQ  AX, R14
	ADCL $0, DX
	DECL depthLeft-8(SP)
	JNZ  step

done:
	MOVQ at+32(FP), AX
	MOVL R8, 0(AX)
	MOVL R9, 4(AX)
	MOVL R10, 8(AX)
	MOVL R11, 12(AX)
	MOVL R12, 16(AX)
	MOVL R13, 20(AX)
	MOVL R15, 24(AX)
	MOVL DX, 28(AX)
	RET
