package org.pernodedrop;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClass.Predicates;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.elements.ClassesShould;
import org.junit.jupiter.api.Test;

/** Which package may know which; nothing points back. */
class ArchitectureTest {
    private static final String ROOT = "org.pernodedrop.";
    private static final JavaClasses PROJECT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.pernodedrop");

    @Test
    void textKnowsNobody() {
        knowsOnly("text");
    }

    @Test
    void theMaskKnowsNoDevice() {
        knowsOnly("mask", "files");
    }

    @Test
    void dataKnowsTheGenerator() {
        knowsOnly("data", "mask", "files");
    }

    @Test
    void theSeamKnowsTheMaskAndOpensTheBackends() {
        knowsOnly("backend", "mask", "backend.cpu", "backend.cuda", "backend.cuda.libraries");
        classes()
                .that()
                .resideInAPackage(ROOT + "backend")
                .and()
                .doNotHaveSimpleName("Backends")
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackages(ROOT + "backend.cpu", ROOT + "backend.cuda..")
                .check(PROJECT);
    }

    @Test
    void theCpuBackendKnowsTheSeam() {
        knowsOnly("backend.cpu", "backend", "mask", "files");
    }

    @Test
    void theCudaBackendKnowsTheSeam() {
        knowsOnly("backend.cuda", "backend", "mask", "backend.cuda.kernel", "backend.cuda.libraries");
    }

    @Test
    void theKernelsKnowNobody() {
        knowsOnly("backend.cuda.kernel");
    }

    @Test
    void theLibrariesKnowTheSeamsFailures() {
        knowsOnly("backend.cuda.libraries", "backend", "files");
    }

    @Test
    void onlyTheCudaBackendAndItsLibrariesKnowJCuda() {
        classes()
                .that()
                .resideOutsideOfPackages(ROOT + "backend.cuda", ROOT + "backend.cuda.libraries")
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackage("jcuda..")
                .check(PROJECT);
    }

    @Test
    void theLowLevelKernelsKnowTheBackends() {
        knowsOnly("kernels", "backend", "backend.cpu", "backend.cuda", "mask");
    }

    @Test
    void onlyItsAdapterKnowsAFramework() {
        knowsOnly("dl4j", "kernels", "backend", "mask");
        knowsOnly("djl", "kernels", "backend", "mask");
        knowsOnly("tribuo", "train", "predict", "data", "model", "nn", "strategy", "backend", "mask");
        isKnownOnlyTo("dl4j", "org.deeplearning4j..", "org.nd4j..");
        isKnownOnlyTo("djl", "ai.djl..");
        isKnownOnlyTo("tribuo", "org.tribuo..", "com.oracle.labs..", "com.google.protobuf..");
    }

    private static void isKnownOnlyTo(String adapter, String... framework) {
        classes()
                .that()
                .resideOutsideOfPackage(ROOT + adapter)
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackages(framework)
                .check(PROJECT);
    }

    @Test
    void strategiesKnowTheSeam() {
        knowsOnly("strategy", "backend", "mask");
    }

    @Test
    void networksKnowNoDevice() {
        knowsOnly("nn", "strategy", "backend", "mask");
    }

    @Test
    void modelFilesKnowNetworksAndNoTraining() {
        knowsOnly("model", "nn", "strategy", "backend", "mask", "files");
    }

    @Test
    void trainingKnowsNoDevice() {
        knowsOnly("train", "model", "nn", "data", "strategy", "backend", "mask", "files");
    }

    @Test
    void predictionsKnowTrainingAndNoDevice() {
        knowsOnly("predict", "train", "data", "model", "nn", "backend", "mask", "report", "files");
    }

    @Test
    void benchmarksKnowTrainingAndNoDevice() {
        knowsOnly("bench", "train", "data", "nn", "strategy", "backend", "mask", "files");
    }

    @Test
    void reportsKnowTheResultsAlone() {
        knowsOnly("report", "files");
        knowsOnly("bench.report", "bench", "report", "files");
        knowsOnly("compare.report", "compare", "train", "report", "files");
    }

    @Test
    void comparisonsKnowTrainingAndNoDevice() {
        knowsOnly("compare", "train", "data", "nn", "strategy", "backend", "mask", "files");
    }

    @Test
    void theDoctorKnowsTheSeamAndTheLibraries() {
        knowsOnly("doctor", "backend", "backend.cuda", "backend.cuda.libraries");
    }

    @Test
    void onlyTheCommandLineKnowsItsLibrary() {
        classes()
                .that()
                .resideOutsideOfPackage(ROOT + "cli")
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackage("picocli..")
                .check(PROJECT);
    }

    private static void knowsOnly(String own, String... others) {
        // What makes text safe is for everybody, like the language's own classes.
        var allowed = Predicates.resideInAPackage(ROOT + own).or(Predicates.resideInAPackage(ROOT + "text"));
        for (String other : others) {
            allowed = allowed.or(Predicates.resideInAPackage(ROOT + other));
        }
        ClassesShould should = classes().that().resideInAPackage(ROOT + own).should();
        should.onlyDependOnClassesThat(allowed.or(Predicates.resideOutsideOfPackage("org.pernodedrop..")))
                .check(PROJECT);
    }
}
