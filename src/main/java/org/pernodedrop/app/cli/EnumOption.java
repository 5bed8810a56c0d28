package org.pernodedrop.app.cli;

import java.util.Arrays;
import java.util.Iterator;
import java.util.stream.Collectors;
import org.pernodedrop.app.bench.Suite;
import org.pernodedrop.app.compare.ComparedRegularizer;
import org.pernodedrop.backend.Device;
import org.pernodedrop.backend.MatrixPrecision;
import org.pernodedrop.data.Reading.Header;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.MultiPositionPrecision;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.strategy.Strategy;
import org.pernodedrop.train.ModelConfig.Regularizer;
import org.pernodedrop.train.PlacedData.DataOnDevice;
import org.pernodedrop.train.TrainingConfig.LearningRateSchedule;
import org.pernodedrop.train.TrainingConfig.OptimizerKind;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Options whose values are those of an enum, by the names that its {@code toString} gives. */
abstract class EnumOption<E extends Enum<E>> implements ITypeConverter<E>, Iterable<String> {
    private final E[] values;

    EnumOption(Class<E> type) {
        values = type.getEnumConstants();
    }

    @Override
    public E convert(String name) {
        for (E value : values) {
            if (value.toString().equals(name)) {
                return value;
            }
        }
        String names = Arrays.stream(values).map(E::toString).collect(Collectors.joining(", "));
        throw new TypeConversionException("must be one of " + names + ", but was '" + name + "'");
    }

    @Override
    public Iterator<String> iterator() {
        return Arrays.stream(values).map(E::toString).iterator();
    }

    static final class OfActivation extends EnumOption<Activation> {
        OfActivation() {
            super(Activation.class);
        }
    }

    static final class OfComparedRegularizer extends EnumOption<ComparedRegularizer> {
        OfComparedRegularizer() {
            super(ComparedRegularizer.class);
        }
    }

    static final class OfPart extends EnumOption<PredictCommand.Part> {
        OfPart() {
            super(PredictCommand.Part.class);
        }
    }

    static final class OfDataOnDevice extends EnumOption<DataOnDevice> {
        OfDataOnDevice() {
            super(DataOnDevice.class);
        }
    }

    static final class OfDevice extends EnumOption<Device> {
        OfDevice() {
            super(Device.class);
        }
    }

    static final class OfGranularity extends EnumOption<Granularity> {
        OfGranularity() {
            super(Granularity.class);
        }
    }

    static final class OfHeader extends EnumOption<Header> {
        OfHeader() {
            super(Header.class);
        }
    }

    static final class OfNoise extends EnumOption<Noise> {
        OfNoise() {
            super(Noise.class);
        }
    }

    static final class OfOptimizer extends EnumOption<OptimizerKind> {
        OfOptimizer() {
            super(OptimizerKind.class);
        }
    }

    static final class OfPrecision extends EnumOption<MatrixPrecision> {
        OfPrecision() {
            super(MatrixPrecision.class);
        }
    }

    static final class OfMultiPositionPrecision extends EnumOption<MultiPositionPrecision> {
        OfMultiPositionPrecision() {
            super(MultiPositionPrecision.class);
        }
    }

    static final class OfStrategy extends EnumOption<Strategy> {
        OfStrategy() {
            super(Strategy.class);
        }
    }

    static final class OfRegularizer extends EnumOption<Regularizer> {
        OfRegularizer() {
            super(Regularizer.class);
        }
    }

    static final class OfSchedule extends EnumOption<LearningRateSchedule> {
        OfSchedule() {
            super(LearningRateSchedule.class);
        }
    }

    static final class OfSuite extends EnumOption<Suite> {
        OfSuite() {
            super(Suite.class);
        }
    }
}
