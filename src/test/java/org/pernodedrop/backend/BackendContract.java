package org.pernodedrop.backend;

/** Everything that a backend must do; implement it in a test class to test one. */
public interface BackendContract
        extends VectorContract,
                MatrixContract,
                DenseContract,
                MaskContract,
                MaskedProductContract,
                PrecisionContract,
                StrategyContract,
                WindowContract,
                NormalizationContract,
                LossContract,
                OptimizerContract,
                MemoryContract,
                CaptureContract,
                BatchFeedContract,
                TimerContract,
                OneThreadContract,
                LastStepContract,
                RefusalContract {}
