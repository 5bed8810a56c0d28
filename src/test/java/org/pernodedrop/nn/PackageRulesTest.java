package org.pernodedrop.nn;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Networks know the seam and the mask, and no device. */
class PackageRulesTest {
    @Test
    void networksKnowNoDevice() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.pernodedrop.nn", "org.pernodedrop.backend", "org.pernodedrop.mask")
                .check(new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("org.pernodedrop.nn"));
    }
}
